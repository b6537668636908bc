import ArgumentParser
import Basics
import Foundation
import Kernels
import LuaHost
import Recipes
import Tensors

/// `perilune bench`: how fast this machine does the works of `scripts/bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time the works of scripts/bench; print a line of JSON for each.",
    discussion: """
      Every file of the folder is one work: it returns a table with the function `step`, the `units` that one call does, \
      and their name `unit`. The rate is the median of seven blocks of calls. Rates are comparable within one run only.
      A number at the end of a name is the argument of a work that takes one: --only scale-width-256. With --counts, what \
      a step does is counted instead of timed: numbers that are the same on every machine.
      """)

  @Option(help: ArgumentHelp("Only these works.", valueName: "name,name"))
  var only: String?

  @Option(help: "How many threads share the work.")
  var threads = 2

  @Option(help: "Seconds for each work, after the warm-up.")
  var seconds = 1.5

  @Option(name: .customLong("from"), help: ArgumentHelp("The folder of the works.", valueName: "folder"))
  var folder: String?

  @Flag(help: "Print a table of tensors, bytes, products, parallel loops, ... of one step instead of rates.")
  var counts = false

  func run() throws {
    guard threads >= 1, threads <= 1024 else {
      throw Failure(.argument, "--threads must be between 1 and 1024, found \(threads)")
    }
    guard seconds > 0, seconds <= 3600 else {
      throw Failure(.argument, "--seconds must be above 0 and at most 3600, found \(seconds)")
    }
    Parallel.threads = threads
    let folder = try self.folder ?? BenchmarkWork.folder()
    let names = try chosen(from: try BenchmarkWork.names(in: folder), in: folder)
    if counts { print(BenchmarkCounts.header) }
    for name in names {
      Storage.resetPeak()
      let work = try BenchmarkWork(name, in: folder)
      print(counts ? try work.counts().line(name) : try timed(work, name))
      fflush(nil)
    }
  }

  private func timed(_ work: BenchmarkWork, _ name: String) throws -> String {
    let rate = try work.rate(seconds: seconds)
    return JSON.object([
      JSON.Member(name: "peer", value: .text("perilune")), JSON.Member(name: "work", value: .text(name)),
      JSON.Member(name: "rate", value: .number(rate)), JSON.Member(name: "unit", value: .text(work.unit)),
      // The most bytes that tensors held at once, and the most that the process held since it began.
      JSON.Member(name: "tensor_bytes", value: .number(Double(Storage.statistics.peak))),
      JSON.Member(name: "resident_bytes", value: .number(Double(Self.peakResidentBytes))),
    ]).compact
  }

  private static var peakResidentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
  }

  private func chosen(from names: [String], in folder: String) throws -> [String] {
    guard let only else { return names }
    let wanted = only.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    for name in wanted where !names.contains(name) && !BenchmarkWork.exists(name, in: folder) {
      throw Failure(.argument, "there is no work '\(name)' in \(folder)" + NearestName.hint(name, among: names))
    }
    return wanted
  }
}
