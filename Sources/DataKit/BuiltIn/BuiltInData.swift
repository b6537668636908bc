import Basics
import Tensors

/// A data set that travels inside the program.
public struct BuiltInData: Sendable {
  /// What scripts call it: "digits".
  public let name: String
  public let title: String
  /// Authors, year and where it is published.
  public let source: String
  public let licence: String
  public let rows: Int
  /// What the columns `x` and `y` hold.
  public let columns: String
  /// The file's column that becomes `y`.
  private let target: String
  /// Whether `y` holds classes.
  private let isClassification: Bool
  /// Height and width of the images in `x`.
  private let image: [Int]?
  /// What features are divided by unless raw ones are wanted.
  private let scale: Double

  /// The data set with two columns. `x`: float32 {rows, features} with the features' names. `y`: class ids from 1 (int64,
  /// with labels), or the float32 number to predict.
  ///
  /// - Parameter raw: leaves pixels as they are in the file instead of scaling them to 0...1; other data sets are always raw.
  public func load(raw: Bool = false) throws -> Dataset {
    let table = try Dataset(try EmbeddedData.table(name))
    let features = table.names.filter { $0 != target }
    let joined = try table.combined(features, into: "x")
    var x = try joined.tensor("x")
    if !raw, scale != 1 {
      x = try Tensor.from(x.toDoubles().map { $0 / scale }, shape: x.shape)
    }
    var y = try joined.column(target).renamed("y")
    if !isClassification {
      y = try Dataset.Column("y", try joined.tensor(target).converted(to: .float32))
    }
    let dataset = try Dataset(checked: [try Dataset.Column("x", x, features: features, image: image), y])
    return isClassification ? try dataset.labelled("y") : dataset
  }

  /// The data set with this name.
  public static func named(_ name: String) throws -> BuiltInData {
    guard let found = all.first(where: { $0.name == name }) else {
      let names = all.map(\.name)
      throw Failure(
        .argument,
        "there is no built-in data set '\(name)'\(NearestName.hint(name, among: names)) (\(names.joined(separator: ", ")))"
      )
    }
    return found
  }

  /// All built-in data sets. `data/README.md` tells more about each.
  public static let all: [BuiltInData] = [
    BuiltInData(
      name: "digits", title: "Handwritten digits, 8x8",
      source: "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI, doi:10.24432/C50P49",
      licence: "CC BY 4.0", rows: 1797,
      columns: "x: 64 pixels, row by row, 0 to 1 (raw: 0 to 16); y: the digit, 0 to 9",
      target: "digit", isClassification: true, image: [8, 8], scale: 16),
    BuiltInData(
      name: "iris", title: "Iris flowers",
      source: "R. A. Fisher (1936), Iris, UCI, doi:10.24432/C56C76",
      licence: "CC BY 4.0", rows: 150, columns: "x: length and width of sepals and petals in cm; y: the species",
      target: "species", isClassification: true, image: nil, scale: 1),
    BuiltInData(
      name: "wine", title: "Wines of three cultivars",
      source: "S. Aeberhard and M. Forina (1992), Wine, UCI, doi:10.24432/C5PC7J",
      licence: "CC BY 4.0", rows: 178, columns: "x: thirteen results of a chemical analysis; y: the cultivar, 1 to 3",
      target: "cultivar", isClassification: true, image: nil, scale: 1),
    BuiltInData(
      name: "breast_cancer", title: "Breast cancer, Wisconsin (diagnostic)",
      source: "W. Wolberg, O. Mangasarian, N. Street and W. Street (1993), Breast Cancer Wisconsin (Diagnostic), UCI, "
        + "doi:10.24432/C5DW2B",
      licence: "CC BY 4.0", rows: 569,
      columns: "x: mean, error and worst of ten measures of cell nuclei; y: the diagnosis",
      target: "diagnosis", isClassification: true, image: nil, scale: 1),
    BuiltInData(
      name: "diabetes", title: "Progression of diabetes",
      source:
        "B. Efron, T. Hastie, I. Johnstone and R. Tibshirani (2004), Least Angle Regression, Annals of Statistics "
        + "32(2), 407-499",
      licence: "none stated; from scikit-learn (BSD 3-clause)", rows: 442,
      columns: "x: age, sex, body mass index, blood pressure, six blood values; y: progression after a year, 25 to 346",
      target: "progression", isClassification: false, image: nil, scale: 1),
  ]
}
