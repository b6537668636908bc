import Basics
import Kernels

/// A run on disk: a folder of readable files, named by what determines the results.
///
/// `recipe.lua` is the source, `run.json` what determines and what came out (the same bits on every run), `series.json`
/// the series, `figures/` the drawings, `machine.json` where and how long. `run.json` is written last: a folder without
/// it is not a record.
public struct RunRecord {
  /// The folder's path.
  public let folder: String

  /// Writes the record of an execution into `.perilune/runs` of a project's folder.
  ///
  /// - Throws: `Failure` of kind `file`; records that were there before stay whole.
  public init(_ outcome: Outcome, fingerprint: String, project: String) throws {
    let source = outcome.file.source
    let head = Self.head(outcome, fingerprint)
    let hash = Digest.sha256(Array(head.compact.utf8))
    let stem = outcome.recipe?.id ?? Self.safe(outcome.file.name)
    folder = (project == "." ? "" : project + "/") + ".perilune/runs/\(stem)-\(hash.prefix(12))"
    try AtomicFile.makeFolder(folder)
    try AtomicFile.write(Array(source.utf8), to: folder + "/recipe.lua")
    if let series = outcome.seriesJSON { try AtomicFile.write(Array(series.pretty.utf8), to: folder + "/series.json") }
    if !outcome.figures.isEmpty { try AtomicFile.makeFolder(folder + "/figures") }
    for (place, figure) in outcome.figures.enumerated() {
      let name = Self.safe("\(place + 1)-\(figure.title.isEmpty ? "figure" : figure.title)")
      try AtomicFile.write(Array(figure.svg.utf8), to: "\(folder)/figures/\(name).svg")
    }
    let machine: JSON = .record(
      ("seconds", .number(outcome.seconds)), ("processor", .text(Machine.processor)),
      ("threads", .integer(Parallel.threads)),
      ("blas_core", .text(BlasInfo.coreType)))
    try AtomicFile.write(Array(machine.pretty.utf8), to: folder + "/machine.json")
    guard case .object(let determining) = head else { return }
    let results = [
      JSON.Member(name: "trials", value: outcome.trialsJSON),
      JSON.Member(name: "claims", value: .list(outcome.claims.map(\.json))),
      JSON.Member(name: "checks", value: .list(outcome.checks.map(\.json))),
      JSON.Member(name: "controls", value: .list(outcome.controls.map(\.json))),
    ]
    try AtomicFile.write(Array(JSON.object(determining + results).pretty.utf8), to: folder + "/run.json")
    AtomicFile.sync(folder: folder)
  }

  /// All that determines the results.
  private static func head(_ outcome: Outcome, _ fingerprint: String) -> JSON {
    let recipe = outcome.recipe
    return .record(
      ("format", .integer(1)), ("recipe", recipe.map { .text($0.id) } ?? .null), ("file", .text(outcome.file.name)),
      ("title", recipe.map { .text($0.title) } ?? .null), ("paper", .nonempty(recipe?.paper ?? "")),
      ("theme", .nonempty(recipe?.theme ?? "")), ("source_sha256", .text(outcome.file.hash)),
      ("params", outcome.parametersJSON),
      ("seeds", .list(outcome.seeds.map { .integer($0) })), ("smoke", .boolean(outcome.isSmoke)),
      ("perilune", .text(HostVersion.current)), ("fingerprint", .text(fingerprint)))
  }

  /// A title as a part of a path.
  private static func safe(_ text: String) -> String {
    let letters = text.lowercased().unicodeScalars.map { scalar -> Character in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "-"
    }
    let parts = String(letters).split(separator: "-").joined(separator: "-")
    return parts.isEmpty ? "run" : String(parts.prefix(60))
  }
}
