import Basics
import CAssets

/// The data sets that travel inside the program. `data/README.md` tells where they come from.
public enum EmbeddedData {
  private static let suffix = ".csv.gz"

  /// The data sets' names, such as `digits`, in alphabetical order.
  public static var names: [String] {
    assets.map { String($0.name.dropLast(suffix.count)) }
  }

  /// The data set with this name, every column typed by its values; the column to predict is the last.
  ///
  /// - Throws: `Failure` of kind `argument` for an unknown name.
  public static func table(_ name: String) throws -> RawTable {
    guard let asset = assets.first(where: { $0.name == name + suffix }) else {
      let hint = NearestName.hint(name, among: names)
      throw Failure(.argument, "there is no built-in data set '\(name)'\(hint) (\(names.joined(separator: ", ")))")
    }
    let text = try Gzip.inflate(Array(asset.bytes), source: asset.name)
    return try CommaSeparated.parse(text, source: asset.name, options: .init(header: .present))
  }

  private static var assets: [(name: String, bytes: UnsafeBufferPointer<UInt8>)] {
    var count = 0
    let table = UnsafeBufferPointer(start: perilune_data_assets(&count), count: count)
    return table.compactMap { asset in
      asset.name.map { (String(cString: $0), UnsafeBufferPointer(start: asset.bytes, count: asset.size)) }
    }
  }
}
