import ArgumentParser
import Basics
import Foundation
import Repl

/// `perilune new THEME/NAME`: a recipe that already runs, to be changed.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write the skeleton of a recipe: cells, one claim, one control.",
    discussion: "The file is examples/THEME/NAME.lua where there is a folder examples, else THEME/NAME.lua.")

  @Argument(help: ArgumentHelp("Where the recipe belongs and what it is called.", valueName: "THEME/NAME"))
  var path: String

  func run() throws {
    let skeleton = try RecipeSkeleton(path)
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let hasExamples = files.fileExists(atPath: "examples", isDirectory: &isFolder) && isFolder.boolValue
    let folder = (hasExamples ? "examples/" : "") + skeleton.theme
    let file = "\(folder)/\(skeleton.name).lua"
    guard !files.fileExists(atPath: file) else { throw Failure(.file, "\(file) exists already") }
    do {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try skeleton.text.write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(.file, "\(file) cannot be written: \(error.localizedDescription)")
    }
    print("\(file)\nperilune verify \(file) runs it and checks its claim")
  }
}
