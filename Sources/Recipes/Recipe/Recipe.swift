import Basics

/// What a recipe file says about itself.
public struct Recipe: Sendable {
  public let id: String
  public let title: String
  public let paper: String
  public let year: Int?
  public let theme: String
  /// Sorted by name: Lua's tables do not keep the order of declaration.
  public let parameters: [Parameter]
  /// How many seeds decide the claims: one number, or several looks that are planned beforehand, ascending.
  public let looks: [Int]
  /// The seeds of the first look.
  public var seeds: Int { looks[0] }
  /// The values that make it run in seconds.
  public let smoke: [(name: String, value: ParameterValue)]

  /// Seeds of files that declare none.
  public static let defaultSeeds = 5
  /// The most seeds that are taken.
  public static let mostSeeds = 100_000

  func parameter(_ name: String, in place: String) throws -> Parameter {
    if let found = parameters.first(where: { $0.name == name }) { return found }
    let names = parameters.map(\.name)
    let hint = NearestName.hint(name, among: names)
    let list = names.isEmpty ? "; the recipe has none" : "; the parameters are \(names.joined(separator: ", "))"
    throw Failure(.recipe, "\(place): there is no parameter '\(name)'" + (hint.isEmpty ? list : hint))
  }

  /// Ids name folders and are typed by people.
  static func check(id: String) throws {
    let allowed = id.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_".unicodeScalars.contains($0))
    }
    guard !id.isEmpty, id.count <= 80, allowed, id.first != "-" else {
      throw Failure(.recipe, "id must be letters, digits, '-' and '_' (at most 80), but is '\(id.prefix(80))'")
    }
  }
}
