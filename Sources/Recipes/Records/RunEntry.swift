import Basics

/// A recorded run in a list: what can be told without opening its folder.
public struct RunEntry: Sendable {
  public struct Claim: Sendable {
    public let says: String
    /// "> 0.2 of both - base"; the conditions of a list joined by "and".
    public let rule: String
    /// Absent where nothing was decided.
    public let verdict: String?
  }

  /// The folder's name.
  public let name: String
  public let recipe: String
  /// When it was recorded, ISO 8601 in UTC.
  public let recorded: String
  public let seconds: Double
  /// The parameters that differ from the recipe's defaults, as `name=value`.
  public let changed: [String]
  public let seeds: Int
  public let isSmoke: Bool
  public let claims: [Claim]
  /// How many controls broke their claims, of how many that were run.
  public let controls: (broke: Int, run: Int)
  public let fingerprint: String
  public let perilune: String

  /// From the files of a record.
  init(name: String, run: JSON, machine: JSON?) {
    self.name = name
    recipe = run["recipe"]?.string ?? run["file"]?.string ?? ""
    recorded = machine?["recorded"]?.string ?? ""
    seconds = machine?["seconds"]?.double ?? 0
    changed = (run["changed_params"]?.members ?? []).map { "\($0.name)=\(Self.text($0.value))" }
    seeds = run["seeds"]?.list?.count ?? 0
    isSmoke = run["smoke"]?.bool ?? false
    claims = (run["claims"]?.list ?? []).map { claim in
      Claim(
        says: claim["says"]?.string ?? "", rule: claim["rule"]?.string ?? "", verdict: claim["verdict"]?.string)
    }
    let verdicts = (run["controls"]?.list ?? []).flatMap { control in
      (control["claims"]?.list ?? []).compactMap { $0["verdict"]?.string }
    }
    controls = (verdicts.count { $0 != "supported" }, verdicts.count)
    fingerprint = run["fingerprint"]?.string ?? ""
    perilune = run["perilune"]?.string ?? ""
  }

  private static func text(_ value: JSON) -> String {
    switch value {
    case .integer(let value): String(value)
    case .number(let value): NumberText.short(value)
    case .boolean(let value): value ? "true" : "false"
    default: value.string ?? ""
    }
  }

  /// One line of the index.
  public var json: JSON {
    .record(
      ("name", .text(name)), ("recipe", .text(recipe)), ("recorded", .text(recorded)), ("seconds", .number(seconds)),
      ("changed", .list(changed.map { .text($0) })), ("seeds", .integer(seeds)), ("smoke", .boolean(isSmoke)),
      (
        "claims",
        .list(
          claims.map {
            .record(
              ("says", .text($0.says)), ("rule", .text($0.rule)), ("verdict", $0.verdict.map { .text($0) } ?? .null))
          })
      ), ("broke", .integer(controls.broke)), ("controls", .integer(controls.run)),
      ("fingerprint", .text(fingerprint)), ("perilune", .text(perilune)))
  }

  /// From a line of the index; `nil` for anything else.
  init?(index json: JSON) {
    guard let name = json["name"]?.string, let recipe = json["recipe"]?.string, let recorded = json["recorded"]?.string,
      let seeds = json["seeds"]?.int, let claims = json["claims"]?.list, let broke = json["broke"]?.int,
      let controls = json["controls"]?.int
    else { return nil }
    (self.name, self.recipe, self.recorded, self.seeds) = (name, recipe, recorded, seeds)
    seconds = json["seconds"]?.double ?? 0
    changed = (json["changed"]?.list ?? []).compactMap(\.string)
    isSmoke = json["smoke"]?.bool ?? false
    self.claims = claims.map { claim in
      Claim(says: claim["says"]?.string ?? "", rule: claim["rule"]?.string ?? "", verdict: claim["verdict"]?.string)
    }
    self.controls = (broke, controls)
    fingerprint = json["fingerprint"]?.string ?? ""
    perilune = json["perilune"]?.string ?? ""
  }
}
