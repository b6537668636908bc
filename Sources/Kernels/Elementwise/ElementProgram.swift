/// Arithmetic over several arrays of equal length, element by element, in one pass: what is between the sources and the
/// result exists only block by block, in the first cache.
///
/// Every step rounds as its kernel does by itself, so the bits are those of the steps carried out one after another over
/// whole arrays.
public struct ElementProgram: Sendable {
  /// What a step works on.
  enum Operand: Sendable {
    /// The elements of an array.
    case source(Int)
    /// One number for all elements.
    case number(Double)
    /// The result of an earlier step.
    case step(Int)
  }

  struct Step: Sendable {
    let kernel: BinaryKernel
    let left: Operand
    let right: Operand
  }

  private(set) var steps: [Step] = []
  private var result: Operand
  /// How many arrays it reads.
  public private(set) var sourceCount: Int

  /// How many steps it takes.
  public var stepCount: Int { steps.count }

  /// The elements of one array.
  public init() {
    result = .source(0)
    sourceCount = 1
  }

  /// `kernel` of the results of two programs.
  ///
  /// - Parameter places: for each array that `right` reads, which one of the new program it is; those of `left` keep their
  ///   places. New ones follow without gaps.
  public init(_ kernel: BinaryKernel, _ left: ElementProgram, _ right: ElementProgram, places: [Int]) {
    steps = left.steps
    sourceCount = max(left.sourceCount, (places.max() ?? -1) + 1)
    func moved(_ operand: Operand) -> Operand {
      switch operand {
      case .source(let place): .source(places[place])
      case .number: operand
      case .step(let step): .step(step + left.steps.count)
      }
    }
    for step in right.steps {
      steps.append(Step(kernel: step.kernel, left: moved(step.left), right: moved(step.right)))
    }
    steps.append(Step(kernel: kernel, left: left.result, right: moved(right.result)))
    result = .step(steps.count - 1)
  }

  /// `kernel` of a program's result and one number, on the right or on the left.
  public init(_ kernel: BinaryKernel, _ program: ElementProgram, number: Double, numberOnLeft: Bool) {
    self = program
    let step =
      numberOnLeft
      ? Step(kernel: kernel, left: .number(number), right: result)
      : Step(kernel: kernel, left: result, right: .number(number))
    steps.append(step)
    result = .step(steps.count - 1)
  }

  /// Computes `count` elements of the result from as many of each source.
  public func run(_ sources: [UnsafePointer<Float>], into result: UnsafeMutablePointer<Float>, count: Int) {
    run(sources, into: result, count: count) { $0.float }
  }

  /// Computes `count` elements of the result from as many of each source.
  public func run(_ sources: [UnsafePointer<Double>], into result: UnsafeMutablePointer<Double>, count: Int) {
    run(sources, into: result, count: count) { $0.double }
  }

  /// Bytes of a block: a few of them fit the first cache together with what is read.
  private static let blockBytes = 4096

  private func run<T: Real>(
    _ sources: [UnsafePointer<T>], into result: UnsafeMutablePointer<T>, count: Int,
    loop: (BinaryKernel) -> BinaryKernel.Loop<T, T>
  ) {
    guard !steps.isEmpty else {
      return Parallel.forEachRange(count) { start, length in
        (result + start).update(from: sources[0] + start, count: length)
      }
    }
    let plan = ElementPlan(self, sources, loop: loop)
    let block = Self.blockBytes / MemoryLayout<T>.stride
    Parallel.forEachRange(count) { start, length in
      let scratch = Scratch<T>(plan.registers * block)
      defer { scratch.free() }
      var place = start
      while place < start + length {
        let here = min(block, start + length - place)
        plan.run(at: place, here, scratch.pointer, register: block, into: result + place)
        place += here
      }
    }
  }
}

/// A program with addresses in place of names: which memory each step reads and writes.
private struct ElementPlan<T: Real>: @unchecked Sendable {
  enum Place {
    case source(UnsafePointer<T>)
    case number(T)
    case register(Int)
  }

  struct Step {
    let loop: BinaryKernel.Loop<T, T>
    let left: Place
    let right: Place
    let to: Int
  }

  private var steps: [Step] = []
  /// How many blocks of scratch memory it needs.
  private(set) var registers = 0

  /// A step's register is free again after the step that reads it; a step never writes where it reads, since loops
  /// vectorise only over memory that does not overlap.
  init(_ program: ElementProgram, _ sources: [UnsafePointer<T>], loop: (BinaryKernel) -> BinaryKernel.Loop<T, T>) {
    var register = [Int](repeating: 0, count: program.steps.count)
    var free: [Int] = []
    func place(_ operand: ElementProgram.Operand) -> Place {
      switch operand {
      case .source(let index): .source(sources[index])
      case .number(let number): .number(T(number))
      case .step(let step): .register(register[step])
      }
    }
    for (index, step) in program.steps.enumerated() {
      let (left, right) = (place(step.left), place(step.right))
      if let found = free.popLast() {
        register[index] = found
      } else {
        register[index] = registers
        registers += 1
      }
      for operand in [step.left, step.right] { if case .step(let read) = operand { free.append(register[read]) } }
      steps.append(Step(loop: loop(step.kernel), left: left, right: right, to: register[index]))
    }
  }

  /// All steps for `count` elements from `start`; the last one writes the result.
  func run(
    at start: Int, _ count: Int, _ scratch: UnsafeMutablePointer<T>, register: Int, into result: UnsafeMutablePointer<T>
  ) {
    let last = steps.count - 1
    for (index, step) in steps.enumerated() {
      let to = index == last ? result : scratch + step.to * register
      read(step.left, at: start, scratch, register) { left, leftStride in
        read(step.right, at: start, scratch, register) { right, rightStride in
          step.loop(left, leftStride, right, rightStride, to, count)
        }
      }
    }
  }

  @inline(__always)
  private func read(
    _ place: Place, at start: Int, _ scratch: UnsafeMutablePointer<T>, _ register: Int,
    _ body: (UnsafePointer<T>, Int) -> Void
  ) {
    switch place {
    case .source(let pointer): body(pointer + start, 1)
    case .number(let number): withUnsafePointer(to: number) { body($0, 0) }
    case .register(let index): body(UnsafePointer(scratch + index * register), 1)
    }
  }
}
