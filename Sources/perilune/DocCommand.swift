import ArgumentParser
import Basics
import Recipes

/// `perilune doc [NAME]`: the same text that help in scripts uses.
struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "Print what there is to say about a name, or list all names.")

  @Argument(help: "A name such as softmax, lab.recipe or Tensor.reshape.")
  var name: String?

  func run() throws {
    let docs = try ScriptHost(file: RecipeFile(path: "doc", source: ""), options: RunOptions()).lab.docs
    guard let name else {
      print(Reference.list(docs), terminator: "")
      return
    }
    print(try Reference.entry(name, docs))
  }
}
