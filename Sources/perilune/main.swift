import ArgumentParser
import Recipes

ProcessEnvironment.prepare()
do {
  var command = try Perilune.parseAsRoot()
  try command.run()
} catch {
  Exit.end(error)
}
