import Basics
import Figures
import LuaHost
import Tensors

/// Heatmaps, confusion matrices and images.
extension Session {
  func installGridPlots() throws {
    try plot(
      "heatmap", known: ["row_labels", "column_labels", "values"], "A matrix as colours, first row on top.",
      details: ["data: one matrix, a tensor or a list of rows. values: write the numbers into the cells."],
      example: "lab.plot.heatmap{ {{1, 2}, {3, 4}}, values = true }"
    ) { [self] table in
      .heatmap(
        Heatmap(
          try matrix(table), rowLabels: try table.strings("row_labels") ?? [],
          columnLabels: try table.strings("column_labels") ?? [],
          showsValues: try table.flag("values", default: false)))
    }
    try plot(
      "confusion", known: ["labels"], "Counts of predicted classes (columns) for each true class (rows).",
      details: ["data: a square matrix of counts."],
      example: "lab.plot.confusion{ {{9, 1}, {2, 8}}, labels = {\"cat\", \"dog\"} }"
    ) { [self] table in
      let counts = try matrix(table)
      guard counts.allSatisfy({ $0.count == counts.count }) else {
        throw Failure(
          .shape,
          "a confusion matrix is square, but this one has \(counts.count) rows and \(counts.first?.count ?? 0) columns")
      }
      let labels = try table.strings("labels") ?? counts.indices.map { String($0 + 1) }
      guard labels.count == counts.count else {
        throw Failure(.argument, "option 'labels' has \(labels.count) names for \(counts.count) classes")
      }
      return .confusion(ConfusionMatrix(labels: labels, counts: counts))
    }
    try plot(
      "images", known: ["labels", "columns"], "Small images, 0 black to 1 white.",
      details: [
        "data: tensors of shape {height, width} or {count, height, width}; values outside of 0 to 1 are scaled to it.",
        "labels: one for each image. columns: images in a row, 8 unless given.",
      ], example: "lab.plot.images{ lab.eye(4), labels = {\"eye\"} }"
    ) { [self] table in .images(try images(table)) }
  }

  private func matrix(_ table: PlotTable) throws -> [[Double]] {
    guard table.table.count == 1 else {
      throw Failure(.argument, "takes one matrix, but got \(table.table.count) entries; write {{{1, 2}, {3, 4}}}")
    }
    return try table.table.item(1) { stack in
      let shape: [Int]
      let values: [Double]
      if let tensor = stack.object(at: -1, lab.tensors) {
        (shape, values) = (Array(tensor.shape), tensor.toDoubles())
      } else {
        (shape, values) = try stack.table(at: -1, "the matrix").nestedNumbers()
      }
      guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
        throw Failure(.shape, "the matrix must have two dimensions that are not empty, but has shape \(shape)")
      }
      return (0..<shape[0]).map { Array(values[($0 * shape[1])..<(($0 + 1) * shape[1])]) }
    }
  }

  private func images(_ table: PlotTable) throws -> ImageGrid {
    let labels = try table.strings("labels") ?? []
    var images: [ImageGrid.Image] = []
    for tensor in try table.items({ stack, place in try stack.object(at: -1, lab.tensors, "entry \(place)") }) {
      guard tensor.rank == 2 || tensor.rank == 3, tensor.count > 0 else {
        throw Failure(
          .shape, "images have shape {height, width} or {count, height, width}, but this tensor has \(tensor.shape)")
      }
      let (height, width) = (tensor.shape[tensor.rank - 2], tensor.shape[tensor.rank - 1])
      guard height <= 4096, width <= 4096, tensor.count / (height * width) <= 1000 else {
        throw Failure(
          .shape, "images are at most 4096 by 4096 and 1000 at once, but this tensor has shape \(tensor.shape)")
      }
      let values = Self.scaled(tensor.toDoubles())
      for start in stride(from: 0, to: values.count, by: height * width) {
        let label = images.count < labels.count ? labels[images.count] : ""
        images.append(
          .init(width: width, height: height, pixels: Array(values[start..<(start + height * width)]), label: label))
      }
    }
    return ImageGrid(images, columns: try table.count("columns") ?? 8)
  }

  /// Values between 0 and 1 as they are, others scaled to that range together.
  private static func scaled(_ values: [Double]) -> [Double] {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < 0 || high > 1 else { return values }
    let width = high - min(0, low)
    return width > 0 ? values.map { ($0 - min(0, low)) / width } : values
  }
}
