import Basics
import Foundation

/// Schedules that stay or fall.
extension Schedules {
  static let constant = ScheduleKind(
    "constant", "The same number at every step.", formula: "lr", options: [rate, warmup]
  ) { settings in
    let rate = settings.number("lr")
    return Schedule { _ in rate }.warmedUp(settings.integer("warmup"))
  }

  static let step = ScheduleKind(
    "step", "Falls by a factor after equal numbers of steps.", formula: "lr gamma^floor(n / every)",
    options: [rate, OptionSpec("every", .integer(1...Int.max), default: nil, "steps between falls"), gamma, warmup]
  ) { settings in
    let (rate, gamma, every) = (settings.number("lr"), settings.number("gamma"), settings.integer("every"))
    return Schedule { rate * pow(gamma, Double(($0 - 1) / every)) }.warmedUp(settings.integer("warmup"))
  }

  static let multistep = ScheduleKind(
    "multistep", "Falls by a factor after each of some steps.", formula: "lr gamma^(how many milestones are below t)",
    options: [
      rate,
      OptionSpec(
        "milestones", .numbers(count: nil, 1...OptionSpec.unbounded), default: nil,
        "the last steps before falls, as a table"), gamma,
      warmup,
    ]
  ) { settings in
    let (rate, gamma, milestones) = (settings.number("lr"), settings.number("gamma"), settings.numbers("milestones"))
    return Schedule { step in rate * pow(gamma, Double(milestones.count { $0 < Double(step) })) }.warmedUp(
      settings.integer("warmup"))
  }

  static let exponential = ScheduleKind(
    "exponential", "Falls by a factor at every step.", formula: "lr gamma^n",
    options: [
      rate, OptionSpec("gamma", .number(0...OptionSpec.unbounded), default: nil, "the factor of each step"), warmup,
    ]
  ) { settings in
    let (rate, gamma) = (settings.number("lr"), settings.number("gamma"))
    return Schedule { rate * pow(gamma, Double($0 - 1)) }.warmedUp(settings.integer("warmup"))
  }

  static let linear = ScheduleKind(
    "linear", "Falls on a straight line.", formula: "lr + (final - lr) n / steps",
    options: [rate, steps, final, warmup]
  ) { settings in
    let (rate, final, steps) = (settings.number("lr"), settings.number("final"), try stepsAfterWarmup(settings))
    return Schedule { rate + (final - rate) * min(1, Double($0 - 1) / Double(steps)) }.warmedUp(
      settings.integer("warmup"))
  }

  static let cosine = ScheduleKind(
    "cosine", "Falls along half a cosine.", formula: "final + (lr - final) (1 + cos(pi n / steps)) / 2",
    source: "Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts (without restarts)",
    options: [rate, steps, final, warmup]
  ) { settings in
    let (rate, final, steps) = (settings.number("lr"), settings.number("final"), try stepsAfterWarmup(settings))
    return Schedule { final + (rate - final) * (1 + cos(.pi * min(1, Double($0 - 1) / Double(steps)))) / 2 }
      .warmedUp(settings.integer("warmup"))
  }

  static let inverseSquareRoot = ScheduleKind(
    "inverse_sqrt", "Rises on a straight line, then falls with the root of the step.",
    formula: "lr min(t / warmup, sqrt(warmup / t))",
    source: "Vaswani et al. 2017, Attention Is All You Need",
    options: [rate, OptionSpec("warmup", .integer(1...Int.max), default: .number(1), "the step of the highest number")]
  ) { settings in
    let (rate, peak) = (settings.number("lr"), Double(settings.integer("warmup")))
    return Schedule { rate * min(Double($0) / peak, (peak / Double($0)).squareRoot()) }
  }
}
