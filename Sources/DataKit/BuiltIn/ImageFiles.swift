import Basics
import Glibc
import Tensors

/// Data sets of 28x28 images that users have as a folder of four IDX files, gzipped or not, under their usual names.
public struct ImageFiles: Sendable {
  /// What scripts call it: "mnist".
  public let name: String
  public let title: String
  public let source: String
  /// The names of the ten classes.
  public let labels: [String]

  /// The two parts that the files hold.
  public enum Part: String, Sendable, CaseIterable {
    case train
    case test

    var prefix: String { self == .train ? "train" : "t10k" }
  }

  /// One part with two columns. `x`: float32 {rows, pixels} in 0...1, image rows one after another. `y`: class ids from 1.
  ///
  /// - Parameters:
  ///   - folder: holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-...`, with or without `.gz`.
  ///   - raw: leaves pixels as 0...255.
  /// - Throws: `Failure` of kind `file` when files are missing, not IDX, or do not fit together.
  public func load(_ folder: String, part: Part, raw: Bool = false) throws -> Dataset {
    let imagesPath = try Self.find(folder, "\(part.prefix)-images", "idx3-ubyte")
    let labelsPath = try Self.find(folder, "\(part.prefix)-labels", "idx1-ubyte")
    let images = try IDXArray.parse(try FileBytes.read(imagesPath), source: imagesPath)
    let classes = try IDXArray.parse(try FileBytes.read(labelsPath), source: labelsPath)
    guard case .unsignedBytes(let pixels) = images.elements, images.shape.count == 3 else {
      throw Failure(.file, "\(imagesPath) does not hold images: wanted bytes in three dimensions")
    }
    guard case .unsignedBytes(let numbers) = classes.elements, classes.shape.count == 1 else {
      throw Failure(.file, "\(labelsPath) does not hold labels: wanted bytes in one dimension")
    }
    guard images.shape[0] == numbers.count else {
      throw Failure(.file, "\(imagesPath) has \(images.shape[0]) images, but \(labelsPath) has \(numbers.count) labels")
    }
    if let row = numbers.firstIndex(where: { $0 >= labels.count }) {
      throw Failure(
        .file, "\(labelsPath) has the label \(numbers[row]) in row \(row + 1), wanted 0 to \(labels.count - 1)")
    }
    let size = Array(images.shape[1...])
    let x = try Tensor(uninitialized: try Shape([numbers.count, size[0] * size[1]]), .float32)
    let scale: Float = raw ? 1 : 255
    for (place, pixel) in pixels.enumerated() { x.floats[place] = Float(pixel) / scale }
    let y = try Tensor.from(numbers.map { Int64($0) + 1 }, shape: [numbers.count])
    return try Dataset(checked: [
      try Dataset.Column("x", x, image: pixels.isEmpty ? nil : size), try Dataset.Column("y", y, labels: labels),
    ])
  }

  private static func find(_ folder: String, _ name: String, _ ending: String) throws -> String {
    for separator in ["-", "."] {
      for suffix in ["", ".gz"] {
        let path = "\(folder)/\(name)\(separator)\(ending)\(suffix)"
        if access(path, F_OK) == 0 { return path }
      }
    }
    throw Failure(.file, "\(folder) has no file \(name)-\(ending) or \(name)-\(ending).gz")
  }

  /// The data set with this name.
  public static func named(_ name: String) throws -> ImageFiles {
    guard let found = all.first(where: { $0.name == name }) else {
      let names = all.map(\.name)
      throw Failure(
        .argument,
        "there is no data set of images '\(name)'\(NearestName.hint(name, among: names)) (\(names.joined(separator: ", ")))"
      )
    }
    return found
  }

  public static let all: [ImageFiles] = [
    ImageFiles(
      name: "mnist", title: "Handwritten digits, 28x28",
      source: "Y. LeCun, C. Cortes and C. Burges (1998), The MNIST database of handwritten digits",
      labels: (0...9).map(String.init)),
    ImageFiles(
      name: "fashion_mnist", title: "Pictures of clothes, 28x28",
      source: "H. Xiao, K. Rasul and R. Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747",
      labels: [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
      ]),
  ]
}
