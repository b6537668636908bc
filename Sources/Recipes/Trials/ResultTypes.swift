import Basics
import LuaHost
import Stats

/// What scripts see of series and of trial results.
extension Session {
  func installSeriesTypes() {
    let series = types.series
    let metrics = types.metrics
    series.describe { $0.text }
    series.field("name") { call, series in call.push(series.name) }
    series.method("steps") { call, series in call.push(series.commonSteps) }
    series.method("mean") { call, series in
      call.push(
        series.commonSteps.map { step in series.metric(at: step).flatMap { try? Summary.mean($0.values) } ?? .nan })
    }
    series.method("at", parameters: ["step"]) { call, series in
      let step = try call.number(1)
      if let metric = series.metric(at: step) { return call.push(metric, metrics) }
      throw Failure(.range, "'\(series.name)' has no value at step \(NumberText.short(step)) in every seed")
    }
    series.method("first") { call, series in call.push(series.metric("first") { $0.first?.value }, metrics) }
    series.method("last") { call, series in call.push(series.metric("last") { $0.last?.value }, metrics) }
    series.method("min") { call, series in call.push(series.metric("min") { $0.map(\.value).min() }, metrics) }
    series.method("max") { call, series in call.push(series.metric("max") { $0.map(\.value).max() }, metrics) }
    series.method("values") { call, series in
      try call.push(.array(series.curves.map { .array($0.map { .number($0.value) }) }))
    }
    series.method("count") { call, series in call.push(series.seeds.count) }
    for (name, result, summary) in [
      ("last", "last()", "The last value of each seed, a Metric."),
      ("first", "first()", "The first value of each seed, a Metric."),
      ("min", "min()", "The smallest value of each seed, a Metric."),
      ("max", "max()", "The largest value of each seed, a Metric."),
      ("at", "at(1)", "The value of each seed at a step, a Metric."),
      ("mean", "mean()", "The mean over the seeds at each step."),
      ("steps", "steps()", "The steps at which every seed has a value."),
      ("values", "values()", "A list of values for each seed."),
    ] {
      lab.docs.add(
        .init(
          "Series." + name, "s:\(name == "at" ? "at(step)" : result)", chapter: "Recipes", summary,
          example:
            "local r = lab.trials(function(run)\n  return {curve = {3, 2, run.seed}}\nend)\nprint(r.curve:\(result))"))
    }
    types.seriesSets.index { call, set in
      guard let name = call.stack.text(at: call.index(1)) else { return nil }
      if let found = set.all.first(where: { $0.name == name }) { return call.push(found.series, series) }
      throw Self.unknown("series '\(name)'", name, set.all.map(\.name), "what run:log recorded")
    }
    types.seriesSets.describe { set in
      set.all.isEmpty ? "series: none; run:log records them" : set.all.map { $0.series.text }.joined(separator: "\n")
    }
    pairs(types.seriesSets) { set in set.all.map { ($0.name, .object($0.series, series)) } }
  }

  func installResultTypes() {
    types.arms.index { [self] call, arm in try readField(of: arm, call) }
    types.arms.describe { [self] arm in
      noteReading()
      return arm.metrics.map(\.text).joined(separator: "\n")
    }
    pairs(types.arms) { [self] arm in fields(arm) }
    types.results.index { [self] call, result in
      guard let name = call.stack.text(at: call.index(1)) else { return nil }
      if name == "seeds" { return call.push(result.seeds) }
      guard result.hasArms else { return try result.arms.first.flatMap { try readField(of: $0, call) } }
      if name == "arms" { return call.push(result.arms.map(\.name)) }
      if let arm = result.arms.first(where: { $0.name == name }) { return call.push(arm, types.arms) }
      throw Self.unknown("arm '\(name)'", name, result.arms.map(\.name) + ["arms", "seeds"], "its fields")
    }
    types.results.describe { [self] result in
      noteReading()
      return result.text
    }
    pairs(types.results) { [self] result in
      guard result.hasArms else { return result.arms.first.map(fields) ?? [] }
      return result.arms.map { ($0.name, .object($0, types.arms)) }
    }
  }

  /// From here on claims are post hoc.
  func noteReading() {
    guard !isDeciding else { return }
    resultsWereRead = true
    currentRun?.readsResults = true
  }

  private func readField(of arm: ArmResult, _ call: Call) throws -> Int? {
    guard let name = call.stack.text(at: call.index(1)) else { return nil }
    if name == "seeds" { return call.push(arm.metrics.first?.seeds ?? arm.series.first?.seeds ?? []) }
    noteReading()
    if let metric = arm.metric(name) { return call.push(metric, types.metrics) }
    if let series = arm.curve(name) { return call.push(series, types.series) }
    if name == "series" { return call.push(arm.logged, types.seriesSets) }
    throw Self.unknown("metric '\(name)'", name, arm.fieldNames, "its fields")
  }

  private func fields(_ arm: ArmResult) -> [(String, LuaValue)] {
    noteReading()
    let numbers: [(String, LuaValue)] = arm.metricNames.compactMap { name in
      arm.metric(name).map { (name, .object($0, types.metrics)) }
    }
    let curves: [(String, LuaValue)] = arm.fieldNames.compactMap { name in
      arm.curve(name).map { (name, .object($0, types.series)) }
    }
    return numbers + curves
  }

  private static func unknown(_ what: String, _ name: String, _ known: [String], _ list: String) -> Failure {
    let hint = NearestName.hint(name, among: known)
    return Failure(
      .recipe,
      "the trials have no \(what)"
        + (hint.isEmpty ? "; \(list): \(known.isEmpty ? "none" : known.joined(separator: ", "))" : hint))
  }

  private func pairs<Object>(_ type: HostType<Object>, _ list: @escaping (Object) -> [(String, LuaValue)]) {
    type.on(.pairs) { [unowned type] call in
      let entries = list(try call.object(1, type))
      var next = 0
      call.stack.push(
        NativeFunction("next") { call in
          guard next < entries.count else { return call.pushNil() }
          defer { next += 1 }
          call.push(entries[next].0)
          try call.push(entries[next].1)
          return 2
        })
      return 1
    }
  }
}
