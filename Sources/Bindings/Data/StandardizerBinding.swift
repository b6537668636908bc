import Basics
import DataKit
import LuaHost
import Tensors

/// Columns with mean 0 and standard deviation 1, fitted on one data set and applied to others.
extension Lab {
  func installStandardizers() throws {
    let type = data.standardizers
    type.describe { box in
      let count = box.standardizer.means.count
      return "standardizer of column '\(box.standardizer.column)', \(count) feature\(count == 1 ? "" : "s")"
    }
    type.field("means") { call, box in call.push(box.standardizer.means) }
    type.field("deviations") { call, box in call.push(box.standardizer.deviations) }
    datasetMethod(
      "standardizer", "column", parameters: ["column"],
      "Fits means and standard deviations (divided by the number of rows) of a column's features; apply it to any data set.",
      example:
        "local train, test = set:split(0.8, {rng = lab.rng(1)})\nlocal standard = train:standardizer(\"x\")\nprint(standard.means, standard:apply(test).x:mean(1))"
    ) { [data] call, set in
      call.push(StandardizerBox(try Standardizer(fitting: set, column: try call.string(1))), data.standardizers)
    }
    for (name, summary) in [
      ("apply", "The data set with the column standardised: (x - mean) / deviation."),
      ("undo", "The reverse of apply, up to rounding."),
    ] {
      let example =
        "local set = lab.data.iris()\nlocal standard = set:standardizer(\"x\")\nprint(standard:\(name)(set):take(2))"
      let doc = Doc(
        "Standardizer." + name, "standardizer:\(name)(set)", chapter: "Data", parameters: ["set"], summary,
        example: example)
      method(type, doc) { [self] call, box in
        let set = try call.object(1, data.datasets).value()
        return push(try name == "apply" ? box.standardizer.apply(set) : box.standardizer.undo(set), call)
      }
    }
    try define(
      Doc(
        "lab.data.standardize", "lab.data.standardize(train, ..., {column})", chapter: "Data", parameters: ["train"],
        "Standardises a column of several data sets by the means and deviations of the first; returns as many.",
        details: ["{column}: \"x\" when left out"],
        example:
          "local train, test = lab.data.wine():split(0.8, {by = \"y\", rng = lab.rng(1)})\ntrain, test = lab.data.standardize(train, test)\nprint(train.x:std(1))"
      )
    ) { [self] call in
      let hasOptions = call.count > 1 && call.isTable(call.count)
      let options = try call.options(hasOptions ? call.count : call.count + 1, known: ["column"])
      let last = max(1, hasOptions ? call.count - 1 : call.count)
      let sets = try (1...last).map { try call.object($0, data.datasets).value() }
      guard let first = sets.first else { return 0 }
      let standardizer = try Standardizer(fitting: first, column: try options.string("column") ?? "x")
      let results = try sets.map { try standardizer.apply($0) }
      for result in results { _ = push(result, call) }
      return results.count
    }
  }
}
