import Basics
import Foundation
import Glibc
import Kernels

/// A run on disk: a folder of readable files, named by the hash of what is in `run.json`.
///
/// `recipe.lua` is the source, `run.json` what determined and what came out (the same bits on every run), `series.json`
/// the series, `output.json` what was printed, `figures/` the drawings, `machine.json` where, when and how long. The folder is written under a temporary
/// name and renamed when it is complete and synced, so a folder without that name's beginning is whole. `docs/records.md`
/// describes every field.
public struct RunRecord {
  /// The folder's path.
  public let folder: String
  /// The folder's name.
  public let name: String

  /// Writes the record of an execution into a store. A run that is there already stays as it is.
  ///
  /// - Throws: `Failure` of kind `file`; records that were there before stay whole.
  public init(_ outcome: Outcome, fingerprint: String, store: String) throws {
    let content = Self.content(outcome, fingerprint).pretty
    let stem = outcome.recipe?.id ?? SafeName.make(outcome.file.name, instead: "run")
    name = "\(stem)-\(Digest.sha256(Array(content.utf8)).prefix(12))"
    let runs = store + "/runs"
    folder = "\(runs)/\(name)"
    try AtomicFile.makeFolder(runs)
    RunFolder.removeLeftovers(in: runs)
    let machine = Self.machine(outcome)
    if access(folder + "/run.json", R_OK) != 0 {
      let temporary = try RunFolder(in: runs)
      do {
        try temporary.write("recipe.lua", outcome.file.source)
        if let series = outcome.seriesJSON { try temporary.write("series.json", series.pretty) }
        for (place, figure) in outcome.figures.enumerated() {
          try temporary.write("figures/\(figure.stem(place + 1)).svg", figure.svg)
          try temporary.write("figures/\(figure.stem(place + 1)).vl.json", figure.vegaLite)
        }
        if let trace = outcome.traceJSON { try temporary.write("trace.json", trace.pretty) }
        if !outcome.output.pieces.isEmpty {
          try temporary.write("output.json", outcome.output.json(outcome.figures).pretty)
        }
        try temporary.write("machine.json", machine.pretty)
        try temporary.write("run.json", content)
        try temporary.publish(as: folder)
      } catch {
        temporary.discard()
        throw error
      }
      AtomicFile.sync(folder: runs)
    }
    // A trace is asked for afterwards, often.
    if let trace = outcome.traceJSON, access(folder + "/trace.json", F_OK) != 0 {
      try AtomicFile.write(Array(trace.pretty.utf8), to: folder + "/trace.json")
    }
    RunIndex(store: store).add(RunEntry(name: name, run: try JSON(parsing: content), machine: machine))
  }

  /// What determined the results, and the results.
  private static func content(_ outcome: Outcome, _ fingerprint: String) -> JSON {
    let recipe = outcome.recipe
    return .record(
      ("format", .integer(3)), ("recipe", recipe.map { .text($0.id) } ?? .null), ("file", .text(outcome.file.name)),
      ("title", recipe.map { .text($0.title) } ?? .null), ("paper", .nonempty(recipe?.paper ?? "")),
      ("year", recipe?.year.map { .integer($0) } ?? .null), ("theme", .nonempty(recipe?.theme ?? "")),
      ("source_sha256", .text(outcome.file.hash)), ("tokens_sha256", .text(SourceTokens.hash(outcome.file.source))),
      ("files", .list(outcome.files.map { .record(("name", .text($0.path)), ("sha256", .text($0.hash))) })),
      (
        "data",
        .list(outcome.dataUse.map { .record(("data", .text($0.data)), ("ordering", .text($0.ordering))) })
      ), ("params", outcome.parametersJSON), ("changed_params", outcome.changedParametersJSON),
      ("declared_params", .list(outcome.parameters.map(\.parameter.json))),
      ("seeds", .list(outcome.seeds.map { .integer($0) })), ("smoke", .boolean(outcome.isSmoke)),
      ("planned", .boolean(outcome.isPlanned)),
      ("perilune", .text(HostVersion.current)), ("fingerprint", .text(fingerprint)), ("trials", outcome.trialsJSON),
      ("claims", .list(outcome.claims.map(\.json))), ("checks", .list(outcome.checks.map(\.json))),
      ("controls", .list(outcome.controls.map(\.json))))
  }

  /// Facts about the machine, from a fixed list: no names of users or hosts, no environment, no paths.
  private static func machine(_ outcome: Outcome) -> JSON {
    .record(
      ("recorded", .text(Date().formatted(.iso8601))), ("seconds", .number(outcome.seconds)),
      ("reused_trials", .integer(outcome.reusedCount)),
      ("processor", .text(Machine.processor)), ("threads", .integer(Parallel.threads)),
      ("blas_core", .text(BlasInfo.coreType)))
  }
}

/// A folder under a temporary name, until it is complete.
struct RunFolder {
  private let path: String
  private static let mark = ".writing-"

  init(in runs: String) throws {
    path = "\(runs)/\(Self.mark)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    try AtomicFile.makeFolder(path)
  }

  /// Writes a file and syncs it.
  func write(_ name: String, _ text: String) throws {
    if let slash = name.lastIndex(of: "/") { try AtomicFile.makeFolder("\(path)/\(name[..<slash])") }
    try AtomicFile.write(Array(text.utf8), to: "\(path)/\(name)")
  }

  /// Gives the folder its name. Somebody else may have written the same run meanwhile: then theirs stays.
  func publish(as folder: String) throws {
    AtomicFile.sync(folder: path)
    guard rename(path, folder) != 0 else { return }
    let code = errno
    guard [EEXIST, ENOTEMPTY].contains(code), access(folder + "/run.json", R_OK) == 0 else {
      throw Failure(.file, "'\(folder)' cannot be written: \(String(cString: strerror(code)))")
    }
    discard()
  }

  func discard() { try? FileManager.default.removeItem(atPath: path) }

  /// Removes what processes that were killed have left.
  static func removeLeftovers(in runs: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? [] where name.hasPrefix(mark) {
      guard let process = pid_t(name.dropFirst(mark.count).prefix { $0 != "-" }) else { continue }
      if kill(process, 0) != 0, errno == ESRCH { try? FileManager.default.removeItem(atPath: "\(runs)/\(name)") }
    }
  }
}
