/// What one trial brought, or why it brought nothing.
public struct Trial: Sendable {
  public let seed: Int
  /// Empty when there are no arms.
  public let arm: String
  /// Sorted by name.
  public let metrics: [(name: String, value: Double)]
  /// Lists that the trial returned and values that it logged, sorted by name; returned ones have the steps 1, 2, ...
  public let series: [(name: String, isLogged: Bool, samples: [Series.Sample])]
  public let seconds: Double
  /// What `lab.check` found inside the trial, in the order of first statement.
  public var checks: [(name: String, held: Int, stated: Int)] = []
  /// Whether it looked at the results of earlier calls of `lab.trials`.
  public var readsResults = false
  /// The files that it read, beside those that were read before the trials.
  public var files: [ReadFile] = []
  /// Fingerprints of the data sets that it made batches of, each with that of its ordering; sorted.
  public var data: [DataFingerprint] = []
  /// What it drew.
  public var figures: [DrawnFigure] = []
  /// Hashes of tensors at logged steps, where they were asked for.
  public var trace: [TraceStep] = []
  /// What it printed.
  public var printed = ""
  /// Why it has no result: it crashed, was killed, ran over a limit.
  public var failure: String?
  /// Whether it was taken from the store instead of being run.
  public var isReused = false

  /// A file that a script read, with the hash of its content.
  public struct ReadFile: Hashable, Sendable {
    public let path: String
    public let hash: String
  }

  /// A data set and the order in which it was presented.
  public struct DataFingerprint: Hashable, Comparable, Sendable {
    public let data: String
    public let ordering: String

    public static func < (a: Self, b: Self) -> Bool { (a.data, a.ordering) < (b.data, b.ordering) }
  }

  /// "seed 3", "seed 3 easy_first".
  var label: String { Self.label(seed: seed, arm: arm) }

  static func label(seed: Int, arm: String) -> String { "seed \(seed)" + (arm.isEmpty ? "" : " \(arm)") }

  /// A trial without a result.
  static func failed(seed: Int, arm: String, seconds: Double, _ reason: String) -> Trial {
    var trial = Trial(seed: seed, arm: arm, metrics: [], series: [], seconds: seconds)
    trial.failure = reason
    return trial
  }
}
