import Basics
import Foundation

/// Schedules that rise and fall.
extension Schedules {
  static let oneCycle = ScheduleKind(
    "one_cycle", "Rises from a small number to the highest, then falls to almost nothing.",
    formula:
      "from lr / div_factor to lr in the first pct_start of the steps, then to lr / div_factor / final_div_factor at the last",
    source: "Smith and Topin 2018, Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates",
    options: [
      rate, OptionSpec("steps", .integer(1...Int.max), default: nil, "all steps"),
      OptionSpec("pct_start", .number(0...1), default: .number(0.3), "the share of the steps that rise"),
      OptionSpec(
        "div_factor", .number(1...OptionSpec.unbounded), default: .number(25), "lr divided by it is the first number"),
      OptionSpec(
        "final_div_factor", .number(1...OptionSpec.unbounded), default: .number(1e4),
        "the first number divided by it is the last"),
      OptionSpec("anneal", .choice(["cos", "linear"]), default: .text("cos"), "the form of rise and fall"),
    ]
  ) { settings in
    let (rate, steps) = (settings.number("lr"), settings.integer("steps"))
    let first = rate / settings.number("div_factor")
    let last = first / settings.number("final_div_factor")
    let top = settings.number("pct_start") * Double(steps) - 1
    let isCosine = settings.text("anneal") == "cos"
    @Sendable func between(_ a: Double, _ b: Double, _ share: Double) -> Double {
      isCosine ? b + (a - b) / 2 * (1 + cos(.pi * share)) : a + (b - a) * share
    }
    return Schedule { step in
      let n = Double(min(step, steps) - 1)
      if n <= top { return top > 0 ? between(first, rate, n / top) : rate }
      let fall = Double(steps - 1) - max(top, 0)
      return fall > 0 ? between(rate, last, (n - max(top, 0)) / fall) : last
    }
  }

  static let cyclic = ScheduleKind(
    "cyclic", "Rises and falls on straight lines, again and again.",
    formula: "min + (lr - min) max(0, 1 - |n / half - 2 c + 1|), with the cycle c = floor(1 + n / (2 half))",
    source: "Smith 2017, Cyclical Learning Rates for Training Neural Networks",
    options: [
      rate, OptionSpec("min", .number(0...OptionSpec.unbounded), default: .number(0), "the lowest number"),
      OptionSpec("half", .integer(1...Int.max), default: nil, "steps of a rise, and of a fall"),
      OptionSpec(
        "mode", .choice(["triangular", "triangular2"]), default: .text("triangular"),
        "\"triangular2\" halves the height with each cycle"),
      warmup,
    ]
  ) { settings in
    let (rate, low, half) = (settings.number("lr"), settings.number("min"), Double(settings.integer("half")))
    let halves = settings.text("mode") == "triangular2"
    return Schedule { step in
      let n = Double(step - 1)
      let cycle = (1 + n / (2 * half)).rounded(.down)
      let height = max(0, 1 - abs(n / half - 2 * cycle + 1))
      return low + (rate - low) * height * (halves ? pow(0.5, cycle - 1) : 1)
    }.warmedUp(settings.integer("warmup"))
  }
}
