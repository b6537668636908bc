import Basics

/// The trials of one call of `lab.trials` as the store knows them: which are there, and where new ones go.
struct TrialShelf {
  private let store: TrialStore
  private let call: Int
  private let facts: [(name: String, value: String)]
  private let results: String
  private let dependsOnResults: Bool

  /// - Parameters:
  ///   - results: a digest of what earlier calls brought.
  ///   - dependsOnResults: whether the code above has looked at them.
  init(
    _ store: TrialStore, call: Int, facts: [(name: String, value: String)], results: String, dependsOnResults: Bool
  ) {
    self.store = store
    self.call = call
    self.facts = facts
    self.results = results
    self.dependsOnResults = dependsOnResults
  }

  private func identity(_ seed: Int, _ arm: String) -> TrialIdentity {
    TrialIdentity(call: call, seed: seed, arm: arm, facts: facts)
  }

  func find(seed: Int, arm: String) -> TrialStore.Found { store.find(identity(seed, arm), results: results) }

  /// Keeps a finished trial and removes its checkpoint.
  ///
  /// - Throws: `Failure` of kind `file`.
  func keep(_ trial: Trial) throws {
    let depends = dependsOnResults || trial.readsResults
    try store.keep(trial, identity(trial.seed, trial.arm), results: depends ? results : "")
    Checkpoint.remove(store.checkpoint(identity(trial.seed, trial.arm)))
  }

  func checkpoint(seed: Int, arm: String) -> String { store.checkpoint(identity(seed, arm)) }
}

/// How many trials were reused, and why the others were not.
struct ReuseCount {
  private(set) var reused = 0
  private var reasons: [(text: String, count: Int)] = []

  mutating func add(_ found: TrialStore.Found) {
    switch found {
    case .trial: reused += 1
    case .missing(let reason):
      if let place = reasons.firstIndex(where: { $0.text == reason }) {
        reasons[place].count += 1
      } else {
        reasons.append((reason, 1))
      }
    }
  }

  /// "5 of 8 trials reused; 3 run: new"; nothing when no trial of the recipe was there before.
  var text: String? {
    let all = reused + reasons.reduce(0) { $0 + $1.count }
    if reused == 0, reasons.allSatisfy({ $0.text == "new" }) { return nil }
    let run = reasons.map { "\($0.count) run: \($0.text)" }
    return (["\(reused) of \(NumberText.count(all, "trial")) reused"] + run).joined(separator: "; ")
  }
}
