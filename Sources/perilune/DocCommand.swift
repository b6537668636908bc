import ArgumentParser
import Basics
import Recipes
import Repl

/// `perilune doc [NAME]`: the same text that help in scripts uses.
struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "Print what there is to say about a name, or list all names.")

  @Argument(help: "A name such as softmax, lab.recipe or Tensor.reshape.")
  var name: String?

  @Flag(help: "Print everything as one page of Markdown: docs/reference.md.")
  var reference = false

  @Option(help: ArgumentHelp("List the names that have to do with a word.", valueName: "WORD"))
  var apropos: String?

  func run() throws {
    let docs = try ScriptHost(file: RecipeFile(path: "doc", source: ""), options: RunOptions()).lab.docs
    if reference {
      print(ReferencePage.markdown(docs), terminator: "")
    } else if let apropos {
      print(Apropos.list(apropos, docs))
    } else if let name {
      print(try Reference.entry(name, docs))
    } else {
      print(Reference.list(docs), terminator: "")
    }
  }
}
