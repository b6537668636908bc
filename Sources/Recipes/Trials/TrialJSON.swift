import Basics

/// Trials as JSON, exactly: for the way from a worker process, and for the store.
extension Trial {
  /// What results of later code may depend on.
  var resultJSON: JSON {
    var copy = self
    (copy.printed, copy.files, copy.data, copy.checks, copy.figures, copy.trace) = ("", [], [], [], [], [])
    guard case .object(let members) = copy.exactJSON else { return .null }
    return .object(
      members.filter { $0.name != "seconds" } + [JSON.Member(name: "failure", value: .nonempty(failure ?? ""))])
  }

  var exactJSON: JSON {
    .record(
      ("seed", .integer(seed)), ("arm", .text(arm)),
      ("metrics", .object(metrics.map { JSON.Member(name: $0.name, value: .exact($0.value)) })),
      (
        "series",
        .list(
          series.map { series in
            .record(
              ("name", .text(series.name)), ("logged", .boolean(series.isLogged)),
              ("steps", .list(series.samples.map { .exact($0.step) })),
              ("values", .list(series.samples.map { .exact($0.value) })))
          })
      ), ("seconds", .number(seconds)),
      (
        "checks",
        .list(
          checks.map {
            .record(("name", .text($0.name)), ("held", .integer($0.held)), ("stated", .integer($0.stated)))
          })
      ), ("reads_results", .boolean(readsResults)),
      ("files", .list(files.map { .record(("path", .text($0.path)), ("sha256", .text($0.hash))) })),
      ("data", .list(data.map { .record(("data", .text($0.data)), ("ordering", .text($0.ordering))) })),
      ("figures", .list(figures.map(\.json))), ("trace", .list(trace.map(\.json))), ("printed", .text(printed)))
  }

  /// - Throws: `Failure` of kind `file` for anything that `exactJSON` does not write.
  init(exact json: JSON) throws {
    let trial = Required(json: json)
    let series = try trial.list("series").map { item -> (name: String, isLogged: Bool, samples: [Series.Sample]) in
      let series = Required(json: item)
      let steps = try series.list("steps").map { try Required.number($0) }
      let values = try series.list("values").map { try Required.number($0) }
      guard steps.count == values.count else { throw Required.failure("steps and values") }
      return (try series.text("name"), try series.flag("logged"), zip(steps, values).map { .init(step: $0, value: $1) })
    }
    self.init(
      seed: try trial.integer("seed"), arm: try trial.text("arm"),
      metrics: try trial.members("metrics").map { ($0.name, try Required.number($0.value)) }, series: series,
      seconds: try Required.number(try trial.value("seconds")))
    checks = try trial.list("checks").map { item in
      let check = Required(json: item)
      return (try check.text("name"), try check.integer("held"), try check.integer("stated"))
    }
    readsResults = try trial.flag("reads_results")
    files = try trial.list("files").map { item in
      ReadFile(path: try Required(json: item).text("path"), hash: try Required(json: item).text("sha256"))
    }
    data = try trial.list("data").map { item in
      DataFingerprint(data: try Required(json: item).text("data"), ordering: try Required(json: item).text("ordering"))
    }
    figures = try (json["figures"]?.list ?? []).map { try DrawnFigure($0) }
    trace = try (json["trace"]?.list ?? []).map { try TraceStep($0) }
    printed = try trial.text("printed")
  }
}

/// An object whose members must be there, and of the right type.
struct Required {
  let json: JSON

  static func failure(_ name: String) -> Failure { Failure(.file, "'\(name)' is missing or not what it should be") }

  func value(_ name: String) throws -> JSON {
    guard let value = json[name] else { throw Self.failure(name) }
    return value
  }

  private func read<Value>(_ name: String, _ value: Value?) throws -> Value {
    guard let value else { throw Self.failure(name) }
    return value
  }

  func integer(_ name: String) throws -> Int { try read(name, json[name]?.int) }
  func text(_ name: String) throws -> String { try read(name, json[name]?.string) }
  func flag(_ name: String) throws -> Bool { try read(name, json[name]?.bool) }
  func list(_ name: String) throws -> [JSON] { try read(name, json[name]?.list) }
  func members(_ name: String) throws -> [JSON.Member] { try read(name, json[name]?.members) }

  static func number(_ json: JSON) throws -> Double {
    guard let value = json.exactDouble else { throw failure("number") }
    return value
  }
}
