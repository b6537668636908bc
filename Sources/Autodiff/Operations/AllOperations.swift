/// Every operation there is, by chapters. A new family of rows is added here; a new row in its family.
public enum Operations {
  public static let all: [Operation] = [
    Arithmetic.rows, Elementwise.rows, Activations.rows, Reductions.rows,
    Losses.rows, Layers.rows, AttentionRows.rows,
    Comparisons.rows, Choices.rows, Trigonometry.rows, Shapes.rows, Joining.rows, IndexRows.rows, SortingRows.rows,
    Counting.rows,
    Products.rows, EinsteinProducts.rows,
    Distances.rows,
    Decompositions.rows,
    LinearSystems.rows,
    Fourier.rows,
  ].flatMap { (rows: [Operation]) in rows }

  /// The row of a name.
  public static func named(_ name: String) -> Operation? { byName[name] }

  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
}
