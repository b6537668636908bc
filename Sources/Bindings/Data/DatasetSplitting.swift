import Basics
import DataKit
import LuaHost

/// Methods that divide a data set into parts.
extension Lab {
  func installSplitting() {
    datasetMethod(
      "split", "fractions, {by, rng}", parameters: ["fractions", "options"],
      "Disjoint parts drawn at random, as so many results; rows keep their order inside each part.",
      notes:
        "With 0.8 there are two parts, of 80 and 20 percent; a table whose sum is below 1 leaves the rest as a last part.",
      details: [
        "fractions: one, or a table of them such as {0.7, 0.2, 0.1}",
        "{by}: a column each of whose values is split in the same way (stratified)",
      ],
      example: "local train, test = set:split(0.8, {by = \"y\", rng = lab.rng(1)})\nprint(#train, #test)"
    ) { [self] call, set in
      let options = try call.options(2, known: ["by", "rng"])
      return push(
        try set.split(try fractions(call, 1), stratifiedBy: try options.string("by"), try dataStream(options)), call)
    }
    datasetMethod(
      "split_by", "name, fractions, {rng}", parameters: ["name", "fractions", "options"],
      "Disjoint parts that share no value of a column: all rows of a value go to the same part.",
      notes: "Sizes come as near to the fractions as whole groups allow.",
      example: "local seen, unseen = set:split_by(\"y\", 0.6, {rng = lab.rng(1)})\nprint(#seen, #unseen)"
    ) { [self] call, set in
      let options = try call.options(3, known: ["rng"])
      return push(try set.split(try fractions(call, 2), groupsOf: try call.string(1), try dataStream(options)), call)
    }
  }

  private func fractions(_ call: Call, _ position: Int) throws -> [Double] {
    if call.isNumber(position) { return [try call.number(position)] }
    guard call.isTable(position) else { throw call.mismatch(position, wanted: "a fraction or a table of fractions") }
    return try call.table(position).numbers()
  }

  private func push(_ parts: [Dataset], _ call: Call) -> Int {
    for part in parts { _ = push(part, call) }
    return parts.count
  }
}
