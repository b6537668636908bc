import LuaHost
import Tensors

/// What tensors and Lua values hold.
extension Lab {
  func installMemory() throws {
    try define(
      Doc(
        "lab.memory", "lab.memory({reset_peak = false})", chapter: "Tensors", parameters: ["options"],
        "What is held now: a table with bytes and peak of tensors, the number of their blocks, and the bytes of Lua values.",
        details: [
          "bytes: bytes that live tensors hold; views share theirs",
          "peak: the most that they held at once, since the start or the last reset",
          "blocks: blocks of memory behind tensors", "lua: bytes of Lua's own values",
          "{reset_peak}: let the next peak start from what is held now",
        ],
        notes: "Tensors that nothing refers to count until the collector has run; collectgarbage() runs it at once.",
        example: "local x = lab.zeros{1000}\nprint(lab.memory().bytes >= 4000)")
    ) { call in
      try call.atMost(1)
      let options = try call.options(1, known: ["reset_peak"])
      let now = Storage.statistics
      if try options.boolean("reset_peak") ?? false { Storage.resetPeak() }
      return try call.push(
        .record([
          ("bytes", .integer(now.bytes)), ("peak", .integer(now.peak)), ("blocks", .integer(now.blocks)),
          ("lua", .integer(call.host.memoryInUse)),
        ]))
    }
  }
}
