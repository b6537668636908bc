import Basics
import DataKit
import LuaHost
import Tensors

/// What scripts read from data sets: columns as fields, names, labels, rows, and the printed form.
extension Lab {
  func installDatasetFields() {
    let type = data.datasets
    type.describe { [data] box in
      let dataset = try box.value()
      let hidden = dataset.names.filter(data.datasetMethods.contains)
      let notes = hidden.map { "  '\($0)' is the name of a method, too: read the column by set:column(\"\($0)\")" }
      return ([dataset.description] + Self.labelCounts(dataset) + notes).joined(separator: "\n")
    }
    type.on(.length) { [type] call in call.push(try call.object(1, type).value().rows) }
    type.on(.equal) { [type] call in
      call.push(try call.object(1, type).value().fingerprint() == call.object(2, type).value().fingerprint())
    }
    type.index { [self] call, box in
      if call.isNumber(1) { return call.push(RowBox(try box.value().row(try call.integer(1))), data.rows) }
      guard call.isString(1) else { return nil }
      let name = try call.string(1)
      if try box.value().names.contains(name) { return try pushColumn(name, of: box, call) }
      return try pushNote(name, of: box, call)
    }
    documentFields()
    installReaders()
  }

  private func pushColumn(_ name: String, of box: DatasetBox, _ call: Call) throws -> Int {
    switch try box.value().column(name).values {
    case .text(let text): call.push(text)
    case .tensor: call.push(try box.tensor(name), tensors)
    }
  }

  /// What a batch knows of itself, where no column has the name.
  private func pushNote(_ name: String, of box: DatasetBox, _ call: Call) throws -> Int {
    if let notes = box.notes {
      switch name {
      case "ids": return call.push(try idTensor(notes.ids), tensors)
      case "step": return call.push(notes.step)
      case "epoch": if let epoch = notes.epoch { return call.push(epoch) }
      case "source": if let sources = notes.sources { return call.push(try idTensor(sources), tensors) }
      default: break
      }
    }
    let columns = try box.value().names
    throw Failure(
      .argument,
      "Dataset has no column or method '\(name)'\(NearestName.hint(name, among: columns + data.datasetMethods)) "
        + "(columns: \(columns.joined(separator: ", ")))")
  }

  private func installReaders() {
    datasetMethod("columns", "", "The names of the columns in their order.", example: "print(set:columns())") {
      call, set in
      call.push(set.names)
    }
    data.datasetMethods.append("column")
    method(
      data.datasets,
      Doc(
        "Dataset.column", "set:column(name)", chapter: "Data", parameters: ["name"],
        "A column as set.name gives it, also where a method has the same name: a Tensor, or a table of texts.",
        example: "local set = lab.data.iris()\nprint(set:column(\"y\"):equal(set.y))")
    ) { [self] call, box in try pushColumn(try box.value().column(try call.string(1)).name, of: box, call) }
    datasetMethod(
      "labels", "name", parameters: ["name"], "The names of a column's class ids: entry 1 belongs to id 1.",
      example: "print(set:labels(\"y\"))"
    ) { call, set in call.push(try set.labels(try call.string(1))) }
    datasetMethod(
      "features", "name", parameters: ["name"],
      "The names of the positions in a row of a matrix column; nil where it has none.",
      example: "print(set:features(\"x\"))"
    ) { call, set in try set.column(try call.string(1)).features.map { call.push($0) } ?? call.pushNil() }
    datasetMethod(
      "row", "id", parameters: ["id"], "One row, also as set[id]; -1 is the last.", example: "print(set:row(-1).y)"
    ) { [data] call, set in call.push(RowBox(try set.row(try call.integer(1))), data.rows) }
    datasetMethod(
      "rows", "", "Visits all rows: an iterator of ids and rows.",
      example:
        "local count = 0\nfor id, row in set:rows() do if row.y == 1 then count = count + 1 end end\nprint(count)"
    ) { [data] call, set in
      var id = 0
      return call.push(
        NativeFunction("next row") { [data] call in
          guard id < set.rows else { return call.pushNil() }
          id += 1
          call.push(id)
          call.push(RowBox(try set.row(id)), data.rows)
          return 2
        })
    }
    datasetMethod(
      "fingerprint", "",
      "Sixteen hexadecimal digits that tell contents apart: names, types, labels and values, however they were made.",
      example: "print(set:fingerprint() == set:take(150):fingerprint())"
    ) { call, set in call.push(try set.fingerprint()) }
  }

  private func documentFields() {
    docs.add(
      Doc(
        "Dataset.x", "set.<column>", chapter: "Data",
        "A column by its name: a Tensor whose first dimension counts the rows, or a table of texts.",
        notes:
          "#set is the number of rows, set[i] a row. A batch also has ids (the rows' ids in the data set), step, epoch and, in mixtures, source. Columns of data sets cannot be changed in place; those of batches can.",
        example: "local set = lab.data.iris()\nprint(#set, set.x.shape, set.y[1])"))
  }

  /// A line for each column with labels: how many rows each has.
  private static func labelCounts(_ dataset: Dataset) -> [String] {
    dataset.columns.compactMap { column in
      guard let labels = column.labels, !labels.isEmpty, case .tensor(let tensor) = column.values,
        let ids = try? tensor.toIntegers()
      else { return nil }
      var counts = labels.map { _ in 0 }
      for id in ids { counts[Int(id) - 1] += 1 }
      let shown = zip(labels, counts).prefix(12).map { "\($0) \($1)" }.joined(separator: ", ")
      return "  rows by '\(column.name)': \(shown)\(labels.count > 12 ? ", ..." : "")"
    }
  }
}
