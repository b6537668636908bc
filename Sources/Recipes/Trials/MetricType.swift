import Basics
import LuaHost
import Stats

/// What scripts can do with metrics: arithmetic seed by seed, and summaries.
extension Session {
  func installMetricType() {
    let metrics = types.metrics
    metrics.describe { $0.text }
    metrics.field("name") { call, metric in call.push(metric.name) }
    metrics.method("values") { call, metric in call.push(metric.values) }
    metrics.method("seeds") { call, metric in call.push(metric.seeds) }
    metrics.method("count") { call, metric in call.push(metric.values.count) }
    metrics.method("mean") { call, metric in call.push((try? Summary.mean(metric.values)) ?? .nan) }
    metrics.method("sd") { call, metric in call.push((try? Summary.standardDeviation(metric.values)) ?? .nan) }
    metrics.method("median") { call, metric in call.push((try? Summary.median(metric.values)) ?? .nan) }
    metrics.method("min") { call, metric in call.push(Self.extreme(metric.values, Swift.min)) }
    metrics.method("max") { call, metric in call.push(Self.extreme(metric.values, Swift.max)) }
    metrics.method("abs") { [metrics] call, metric in
      call.push(metric.map("|\(metric.name)|") { Swift.abs($0) }, metrics)
    }
    metrics.method("interval", parameters: ["confidence"]) { call, metric in
      let confidence = try call.number(1, default: 0.95)
      let interval = try TInterval(metric.values, confidence: confidence).interval
      call.push(interval.lower)
      call.push(interval.upper)
      return 2
    }
    metrics.on(.length) { [unowned metrics] call in call.push(try call.object(1, metrics).values.count) }
    installArithmetic()
    for event in [Metamethod.equal, .less, .lessOrEqual] {
      metrics.on(event) { _ in
        throw Failure(
          .argument,
          "metrics hold one number per seed and cannot be compared as a whole; compare :mean(), or state it with lab.claim"
        )
      }
    }
    for (name, summary) in [
      ("mean", "The mean over the seeds."), ("sd", "The standard deviation over the seeds, with divisor n - 1."),
      ("min", "The smallest value."), ("max", "The largest value."), ("median", "The middle value."),
      ("values", "The values in the order of the seeds."), ("count", "How many seeds there are."),
      ("interval", "Both ends of the mean's t interval at a confidence, 0.95 unless given."),
    ] {
      document(name, summary)
    }
  }

  private func document(_ name: String, _ summary: String) {
    lab.docs.add(
      .init(
        "Metric." + name, "m:\(name)(\(name == "interval" ? "[confidence]" : ""))", chapter: "Recipes", summary,
        example: "local r = lab.trials(function(run) return {a = run.seed} end)\nprint(r.a:\(name)())"))
  }

  private static func extreme(_ values: [Double], _ pick: (Double, Double) -> Double) -> Double {
    guard let first = values.first, values.allSatisfy({ !$0.isNaN }) else { return .nan }
    return values.dropFirst().reduce(first, pick)
  }

  private func installArithmetic() {
    let operators: [(Metamethod, (Double, Double) -> Double)] = [
      (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
    ]
    let metrics = types.metrics
    for (event, combine) in operators {
      metrics.on(event) { [unowned metrics] call in
        let (a, b) = (call.objectIfAny(1, metrics), call.objectIfAny(2, metrics))
        let name = "\(Self.label(call, 1, a)) \(event.operatorName) \(Self.label(call, 2, b))"
        if let a, let b { return call.push(try a.combined(with: b, name, combine), metrics) }
        if let a, call.isNumber(2) {
          let number = try call.number(2)
          return call.push(a.map(name) { combine($0, number) }, metrics)
        }
        if let b, call.isNumber(1) {
          let number = try call.number(1)
          return call.push(b.map(name) { combine(number, $0) }, metrics)
        }
        throw call.mismatch(a == nil ? 1 : 2, wanted: "a Metric or a number")
      }
    }
    metrics.on(.negate) { [unowned metrics] call in
      let metric = try call.object(1, metrics)
      return call.push(metric.map("-\(Self.label(call, 1, metric))") { -$0 }, metrics)
    }
  }

  /// An operand as a part of the result's name.
  private static func label(_ call: Call, _ position: Int, _ metric: Metric?) -> String {
    guard let metric else {
      return call.isNumber(position) ? NumberText.short((try? call.number(position)) ?? .nan) : "?"
    }
    return metric.name.contains(" ") ? "(\(metric.name))" : metric.name
  }
}
