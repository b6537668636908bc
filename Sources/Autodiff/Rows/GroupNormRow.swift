import Tensors

extension Layers {
  static let groupNorm: Operation = Operation(
    "group_norm", .fused,
    [
      .tensor("x", "{batch, channels, ...}"), .integer("groups", "how many groups the channels fall into"),
      Parameter("weight", .tensor(orNumber: false), default: Parameter.Fallback.none, "{channels}; ones when left out"),
      Parameter("bias", .tensor(orNumber: false), default: Parameter.Fallback.none, "{channels}; zeros when left out"),
      .option("eps", .number, default: .number(1e-5), "added to the variance"),
    ],
    "Groups of channels of each example shifted to mean 0 and scaled to variance 1, times a weight, plus a bias.",
    formula: "(x - mean) / sqrt(var + eps) * weight + bias, var being divided by n",
    notes: "As many groups as channels make an instance norm.", source: "Wu and He 2018, Group Normalization",
    example: "print(lab.nn.group_norm(lab.tensor{{{1, 2}, {3, 6}}}, 2))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([2, 4, 3]), .integer(2), .normal([4]), .normal([4]), .number(1e-5)),
        Sample(.normal([3, 2, 2, 3]), .integer(1), .none, .normal([2]), .number(0.1)),
        Sample(.normal([1, 3, 5]), .integer(3), .normal([3]), .none, .number(1e-3)),
        Sample(.normal([0, 4, 2]), .integer(2), .none, .none, .number(1e-5)),
      ]
    ) { values in
      let (x, w, b) = (try values.array(0), try? values.array(2), try? values.array(3))
      let (groups, epsilon) = (try values.arguments.integer(1), try values.arguments.number(4))
      let width = x.shape[1] / groups
      var members = [[Double]](repeating: [], count: x.shape[0] * groups)
      for place in Plain.places(x.shape) { members[place[0] * groups + place[1] / width].append(x[place]) }
      return [
        Plain(x.shape) { place in
          let group = members[place[0] * groups + place[1] / width]
          let mean = group.reduce(0, +) / Double(group.count)
          let variance = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count)
          let normal = (x[place] - mean) / (variance + epsilon).squareRoot()
          return normal * (w?.values[place[1]] ?? 1) + (b?.values[place[1]] ?? 0)
        }
      ]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).groupNorm(
            $0.integer(1), $0.optionalTensor(2), $0.optionalTensor(3), epsilon: $0.number(4)))
      ]
    })
}
