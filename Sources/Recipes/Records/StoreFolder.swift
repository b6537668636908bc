import Foundation

/// Where records live unless `--store` says otherwise.
public enum StoreFolder {
  /// The name of the folder.
  public static let name = ".perilune"

  /// `.perilune` in the nearest folder above the recipe that is a Git checkout, else in the recipe's own folder.
  public static func of(_ file: RecipeFile) -> String { above(file.folder) ?? joined(file.folder) }

  /// The same for the current folder.
  public static func ofCurrentFolder() -> String { above(".") ?? name }

  /// The same for what a command is told: a recipe's file, or a run.
  public static func of(subject: String) -> String {
    RunReference.isRecipe(subject) ? of(RecipeFile(path: subject, source: "")) : ofCurrentFolder()
  }

  private static func joined(_ folder: String) -> String { folder == "." ? name : "\(folder)/\(name)" }

  private static func above(_ folder: String) -> String? {
    var url = URL(fileURLWithPath: folder).standardizedFileURL
    var path = folder
    while true {
      if FileManager.default.fileExists(atPath: url.appendingPathComponent(".git").path) { return joined(path) }
      let parent = url.deletingLastPathComponent()
      guard parent.path != url.path else { return nil }
      url = parent
      path = parent.path
    }
  }
}
