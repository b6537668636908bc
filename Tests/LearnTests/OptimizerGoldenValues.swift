import Learn

/// Three parameters after ten steps with the gradient `cos(3 p) + t p / 10` from `{1, -2, 0.5}`, computed once by a program
/// of its own in another language from the published algorithms (in PyTorch's conventions), in Double.
struct OptimizerGolden {
  let name: String
  let options: [(name: String, value: SettingValue)]
  let result: [Double]

  init(_ name: String, _ options: [(String, SettingValue)], _ result: [Double]) {
    self.name = name
    self.options = options.map { (name: $0.0, value: $0.1) }
    self.result = result
  }

  static let all: [OptimizerGolden] = [
    .init("SGD", [("lr", .number(0.05))], [1.1603809628695976, -1.929418924674131, 0.2501000663626047]),
    .init(
      "SGD", [("lr", .number(0.05)), ("weight_decay", .number(0.1))],
      [1.1214689175289798, -1.830202165173988, 0.21602056457843338]),
    .init(
      "SGD", [("lr", .number(0.05)), ("momentum", .number(0.9))],
      [1.2694976912334028, -1.9422593950030669, -0.4627148020129048]),
    .init(
      "SGD",
      [("lr", .number(0.05)), ("momentum", .number(0.9)), ("dampening", .number(0.3)), ("weight_decay", .number(0.1))],
      [1.313336003343856, -1.8679099586147316, -0.26022890325149683]),
    .init(
      "SGD", [("lr", .number(0.02)), ("momentum", .number(0.9)), ("nesterov", .boolean(true))],
      [1.320562649829645, -2.022384618209371, 0.08818357484716328]),
    .init("Adam", [("lr", .number(0.05))], [1.3457550982243722, -2.1645315852216482, 0.010107754054265554]),
    .init(
      "Adam",
      [
        ("lr", .number(0.05)), ("betas", .numbers([0.8, 0.95])), ("eps", .number(0.001)),
        ("weight_decay", .number(0.1)),
      ], [1.2602498983488641, -1.9978439939003527, -0.010865812990350415]),
    .init(
      "AdamW", [("lr", .number(0.05)), ("weight_decay", .number(0.01))],
      [1.3419158625948775, -2.1559768017081598, 0.008729443941324494]),
    .init(
      "AdamW", [("lr", .number(0.05)), ("weight_decay", .number(0.2)), ("betas", .numbers([0.85, 0.98]))],
      [1.251926404664148, -1.962681444307285, -0.026678980755545305]),
    .init("RMSprop", [("lr", .number(0.01))], [1.1954073146368, -1.9506211204906725, -0.13199761466015375]),
    .init(
      "RMSprop",
      [("lr", .number(0.01)), ("alpha", .number(0.9)), ("centered", .boolean(true)), ("eps", .number(0.0001))],
      [1.1189715147810146, -1.9888090249768462, 0.22314298861380608]),
    .init(
      "RMSprop", [("lr", .number(0.01)), ("momentum", .number(0.5)), ("weight_decay", .number(0.1))],
      [1.1200263663864154, -1.6859937625509571, -0.4268175716366223]),
    .init(
      "RMSprop", [("lr", .number(0.01)), ("momentum", .number(0.5)), ("centered", .boolean(true))],
      [1.1860171974555924, -1.889929365328168, -0.44043795235485766]),
    .init("Adagrad", [("lr", .number(0.05))], [1.144962614363244, -1.9928923049353877, 0.16679588198909862]),
    .init(
      "Adagrad",
      [
        ("lr", .number(0.05)), ("lr_decay", .number(0.1)), ("initial_accumulator_value", .number(0.2)),
        ("weight_decay", .number(0.1)),
      ], [1.1096480066404797, -1.9757225904596933, 0.31961081017748766]),
    .init("Lion", [("lr", .number(0.01))], [1.1, -1.9999999999999998, 0.3999999999999999]),
    .init(
      "Lion", [("lr", .number(0.01)), ("betas", .numbers([0.8, 0.9])), ("weight_decay", .number(0.3))],
      [1.0690625204525275, -1.959823577941443, 0.38654014497084777]),
  ]
}
