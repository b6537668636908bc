import Basics
import Foundation
import Stats

/// A recorded run executed again, and how the results compare.
public struct Reproduction {
  public let recorded: StoredRun
  public let outcome: Outcome
  /// Whether this machine promises the recorded bits: same numerics and same version of the program.
  public let promisesBits: Bool
  /// What differs, one sentence each; empty when the run was reproduced.
  public let differences: [String]
  /// How many trials were compared.
  public let compared: Int

  /// Finds the file that a record was made from: below the folder of its store, or where an exported record says; where it
  /// is not there (or has changed), the source in the record is used.
  ///
  /// - Throws: `Failure` when there is no source at all.
  public static func source(of run: StoredRun, given: String? = nil) throws -> (file: RecipeFile, isTheFile: Bool) {
    let tokens = run.run["tokens_sha256"]?.string ?? ""
    func check(_ path: String) throws -> RecipeFile? {
      let file = try RecipeFile(path: path)
      return SourceTokens.hash(file.source) == tokens ? file : nil
    }
    if let given {
      guard let file = try check(given) else {
        throw Failure(.recipe, "'\(given)' is not the source of run \(run.name): its code differs")
      }
      return (file, true)
    }
    if let source = run.source {
      let name = run.run["file"]?.string ?? "recipe.lua"
      let root = run.path.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
      let place = run.path.hasPrefix("/") && root.isEmpty ? "/" : root.isEmpty ? "." : root
      if run.path.hasSuffix("/runs/" + run.name), SafePath.isInside(name) {
        for path in files(named: name, below: place, depth: 0) {
          if let file = try? check(path) { return (file, true) }
        }
      }
      return (RecipeFile(path: name.split(separator: "/").last.map(String.init) ?? "recipe.lua", source: source), false)
    }
    let record = try ExportedRecord(file: run.path)
    let records = URL(fileURLWithPath: run.path).deletingLastPathComponent()
    let near = records.deletingLastPathComponent().appendingPathComponent(record.path).path
    guard let file = try check(near) else {
      throw Failure(.recipe, "'\(near)' has changed since run \(run.name) was recorded, so it cannot be reproduced")
    }
    return (file, true)
  }

  private static func files(named name: String, below folder: String, depth: Int) -> [String] {
    guard depth < 6, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
    var found = names.contains(name) ? ["\(folder)/\(name)"] : []
    for other in names.sorted() where !other.hasPrefix(".") && StoredRun.isFolder("\(folder)/\(other)") {
      found += files(named: name, below: "\(folder)/\(other)", depth: depth + 1)
    }
    return found
  }

  /// The options that bring the recorded results.
  public static func options(of run: StoredRun, _ options: RunOptions) throws -> RunOptions {
    var options = options
    options.settings = (run.run["changed_params"]?.members ?? []).map { member in
      let text = StoredRun.argument(member.value)
      return .init(name: member.name, text: text, origin: "run \(run.name), \(member.name)=\(text)")
    }
    options.smoke = run.isSmoke
    let seeds = run.seeds
    guard let last = seeds.last else { throw Failure(.file, "run \(run.name) names no seeds") }
    if seeds == Array(1...max(1, last)) { options.seedCount = last } else { options.onlySeed = last }
    guard last >= 1, last <= Recipe.mostSeeds, seeds.count == 1 || options.seedCount != nil else {
      throw Failure(
        .file, "run \(run.name) has seeds that no command brings: \(seeds.map(String.init).joined(separator: ", "))")
    }
    options.reusesTrials = false
    options.store = nil
    return options
  }

  /// Compares an execution with the record.
  public init(_ recorded: StoredRun, _ outcome: Outcome, fingerprint: String) {
    self.recorded = recorded
    self.outcome = outcome
    promisesBits = recorded.fingerprint == fingerprint && recorded.run["perilune"]?.string == HostVersion.current
    let now = Dictionary(grouping: outcome.trialsJSON.list ?? []) { Self.key($0) }
    var differences: [String] = []
    var compared = 0
    if promisesBits {
      for trial in recorded.trials {
        let label = Trial.label(seed: trial["seed"]?.int ?? 0, arm: trial["arm"]?.string ?? "")
        guard let other = now[Self.key(trial)]?.first else {
          differences.append("\(label) is recorded, but did not run now")
          continue
        }
        compared += 1
        for member in trial["metrics"]?.members ?? [] {
          let value = other["metrics"]?[member.name]
          guard value.map({ TrialComparison.same(member.value, Self.written($0)) }) != true else { continue }
          differences.append(
            "\(label): \(member.name) is recorded as \(member.value.compact), but is \(value?.compact ?? "missing") now"
          )
        }
        for member in other["metrics"]?.members ?? [] where trial["metrics"]?[member.name] == nil {
          differences.append("\(label): \(member.name) is \(member.value.compact) now, but not recorded")
        }
      }
      let extra = (outcome.trialsJSON.list?.count ?? 0) - compared
      if extra > 0 { differences.append("\(NumberText.count(extra, "trial")) ran now that are not recorded") }
    } else {
      let found = PredictionIntervals.compare(recorded, outcome)
      compared = found.compared
      differences += found.differences
    }
    differences += Self.verdicts(recorded, outcome)
    self.differences = differences
    self.compared = compared
  }

  private static func key(_ json: JSON) -> String {
    "\(json["call"]?.int ?? 1)/\(json["seed"]?.int ?? 0)/\(json["arm"]?.string ?? "")"
  }

  /// As records have it: null for what is not finite.
  private static func written(_ value: JSON) -> JSON { value.double?.isFinite == true ? value : .null }

  private static func verdicts(_ recorded: StoredRun, _ outcome: Outcome) -> [String] {
    var differences: [String] = []
    let now = Dictionary(outcome.claims.map { ($0.says, $0) }) { first, _ in first }
    for claim in recorded.claims {
      let says = claim["says"]?.string ?? ""
      let before = claim["verdict"]?.string ?? "not decided"
      let after = now[says].map { $0.verdict?.rawValue ?? "not decided" } ?? "missing"
      if before != after { differences.append("claim '\(says)' is recorded as \(before), but is \(after) now") }
    }
    for check in recorded.run["checks"]?.list ?? [] {
      let name = check["name"]?.string ?? ""
      guard let after = outcome.checks.first(where: { $0.name == name }), after.holds != check["holds"]?.bool else {
        continue
      }
      differences.append("check '\(name)' \(after.holds ? "holds now, but is recorded as failed" : "fails now")")
    }
    for control in recorded.controls {
      let says = control["says"]?.string ?? ""
      guard let before = control["verdict"]?.string,
        let after = outcome.controls.first(where: { $0.control.says == says })?.verdict?.rawValue, before != after
      else { continue }
      differences.append("under control '\(says)' the verdict is recorded as \(before), but is \(after) now")
    }
    return differences
  }

  public var json: JSON {
    .record(
      ("run", .text(recorded.name)), ("compares", .text(promisesBits ? "bits" : "verdicts and prediction intervals")),
      ("reproduced", .boolean(differences.isEmpty)), ("compared", .integer(compared)),
      ("differences", .list(differences.map { .text($0) })), ("seconds", .number(outcome.seconds)))
  }

  public var text: String {
    let what = promisesBits ? NumberText.count(compared, "trial") : NumberText.count(compared, "metric")
    if differences.isEmpty {
      return promisesBits
        ? "reproduced: \(what) with the same bits, and the same verdicts\n"
        : "reproduced: the same verdicts, and the means of \(what) within their prediction intervals\n"
    }
    let shown = differences.prefix(20).map { "  " + $0 }
    let more = differences.count > 20 ? ["  and \(differences.count - 20) more"] : []
    return (["NOT reproduced, of \(what):"] + shown + more).joined(separator: "\n") + "\n"
  }
}

/// Where numerics differ, bits do: the means of a repetition should lie where the recorded values let expect them.
enum PredictionIntervals {
  /// The two-sided 99 % prediction interval of the mean of `count` new values, from normal values seen before:
  /// mean +- t * s * sqrt(1/n + 1/count). Absent below two finite values.
  static func mean(of values: [Double], count: Int) -> (lower: Double, upper: Double)? {
    guard values.count > 1, count > 0, values.allSatisfy(\.isFinite) else { return nil }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    let t = StudentT.twoSidedQuantile(confidence: 0.99, degreesOfFreedom: n - 1)
    let half = t * variance.squareRoot() * (1 / n + 1 / Double(count)).squareRoot()
    // Values without spread may still differ by rounding.
    let least = 1e-6 * max(abs(mean), 1e-6)
    return (mean - max(half, least), mean + max(half, least))
  }

  static func compare(_ recorded: StoredRun, _ outcome: Outcome) -> (compared: Int, differences: [String]) {
    let (before, after) = (values(recorded.trials), values(outcome.trialsJSON.list ?? []))
    let now = Dictionary(after.map { ($0.name, $0.values) }) { first, _ in first }
    var differences: [String] = []
    var compared = 0
    for (name, values) in before {
      guard let new = now[name] else {
        differences.append("\(name) is recorded, but missing now")
        continue
      }
      guard let interval = mean(of: values, count: new.count) else { continue }
      compared += 1
      let mean = new.reduce(0, +) / Double(new.count)
      if !(mean >= interval.lower && mean <= interval.upper) {
        differences.append(
          "\(name) has the mean \(NumberText.short(mean)) now, outside of the prediction interval "
            + "[\(NumberText.short(interval.lower)), \(NumberText.short(interval.upper))]")
      }
    }
    return (compared, differences)
  }

  private static func values(_ trials: [JSON]) -> [(name: String, values: [Double])] {
    var all: [(name: String, values: [Double])] = []
    for trial in trials {
      for member in trial["metrics"]?.members ?? [] {
        let name =
          (trial["call"]?.int.map { "\($0): " } ?? "") + (trial["arm"]?.string.map { $0 + "." } ?? "") + member.name
        let value = member.value.double ?? .nan
        if let place = all.firstIndex(where: { $0.name == name }) {
          all[place].values.append(value)
        } else {
          all.append((name, [value]))
        }
      }
    }
    return all
  }
}
