import ArgumentParser
import Recipes

/// The program: machine-learning research as small Lua scripts that anyone can re-run and check.
struct Perilune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perilune", abstract: "Runs machine-learning recipes written in Lua, and checks their claims.",
    version: HostVersion.current,
    subcommands: [
      RunCommand.self, VerifyCommand.self, ShowCommand.self, RunsCommand.self, RenderCommand.self, LedgerCommand.self,
      DiffCommand.self, ReproduceCommand.self, PackCommand.self, ReplCommand.self, DocCommand.self, NewCommand.self,
      LintCommand.self, BenchCommand.self, InfoCommand.self,
    ])
}
