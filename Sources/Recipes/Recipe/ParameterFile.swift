import Basics
import Foundation

/// Parameters from a JSON file: an object of names and values, or a record's `run.json`, whose `params` count.
public enum ParameterFile {
  /// - Throws: `Failure` of kind `file` for anything else; whether the recipe takes the values is seen when it runs.
  public static func read(_ path: String) throws -> [RunOptions.Setting] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.file, "--params: '\(path)' cannot be read")
    }
    let json: JSON
    do {
      json = try JSON(parsing: Array(data))
    } catch let failure as Failure {
      throw Failure(.file, "--params: '\(path)' is \(failure.message)")
    }
    guard let members = json["recipe"] == nil ? json.members : json["params"]?.members else {
      throw Failure(.file, "--params: '\(path)' must hold an object, as in {\"lr\": 0.001}")
    }
    return try members.map { member in
      let text: String? =
        switch member.value {
        case .text(let value): value
        case .integer(let value): String(value)
        case .number(let value): "\(value)"
        case .boolean(let value): value ? "true" : "false"
        case .null, .list, .object: nil
        }
      guard let text else {
        throw Failure(.file, "--params: '\(member.name)' in '\(path)' must be a number, true or false, or text")
      }
      return RunOptions.Setting(name: member.name, text: text, origin: path)
    }
  }
}
