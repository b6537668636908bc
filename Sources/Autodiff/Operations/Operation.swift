import Basics
import Kernels
import Tensors

/// Everything there is to say about one operation, in one place.
///
/// Argument checking, the script function and method, help, completion, the reference page, the gradient checker, the
/// fuzzer and the benchmark walk these rows; adding an operation is adding a row.
public struct Operation: @unchecked Sendable {
  /// The chapter of the reference page.
  public enum Group: String, CaseIterable, Sendable {
    case arithmetic = "Arithmetic"
    case comparison = "Comparison and logic"
    case elementwise = "Elementwise functions"
    case activation = "Activations"
    case reduction = "Reductions"
    case shape = "Shapes and views"
    case indexing = "Indexing and sorting"
    case matrix = "Products"
    case linearAlgebra = "Linear algebra"
    case signal = "Fourier transforms"
    case loss = "Losses"
    case fused = "Layers as functions"

    /// Where scripts find the group's functions.
    public var table: String { self == .loss || self == .fused ? "lab.nn" : "lab" }
  }

  /// How it runs. Functions of one or two tensors have a direct form, because scripts call them most.
  public enum Body {
    case unary((Tensor) throws -> Tensor)
    case binary(Binary)
    /// Of two tensors, neither of which may be a number.
    case pair((Tensor, Tensor) throws -> Tensor)
    case general((Arguments) throws -> [Value])
  }

  /// The forms of an operation on two tensors, one of which may be a number.
  public struct Binary {
    public let tensors: (Tensor, Tensor) throws -> Tensor
    public let number: (_ x: Tensor, _ number: Double, _ numberOnLeft: Bool) throws -> Tensor
  }

  public let name: String
  public let group: Group
  /// The metamethod's event when it also has a symbol, such as `__add`.
  public let metamethod: String?
  public let parameters: [Parameter]
  /// Those that are given by their place, and those of the trailing table.
  public let positional: [Parameter]
  public let options: [Parameter]
  /// One sentence.
  public let summary: String
  /// The formula, in plain text.
  public let formula: String?
  /// Shapes, special cases, errors: what one must know besides.
  public let notes: String?
  /// The paper or book that it comes from.
  public let source: String?
  /// Lines of Lua that run as they stand and show the use.
  public let example: String
  /// Whether it is also a method of tensors.
  public let isMethod: Bool
  public let body: Body
  public let check: Check

  /// What the checker needs to know.
  public struct Check {
    /// The same in plain loops over Doubles; the truth that the operation is compared with.
    public let reference: ([PlainValue]) throws -> [Plain]
    /// Inputs to try, besides the views, empty and size-1 variants that the checker makes of them.
    public let samples: [Sample]
    /// To which order finite differences must agree: 0 for operations without a gradient, 1 or 2.
    public let order: Int

    public init(samples: [Sample], order: Int = 2, reference: @escaping ([PlainValue]) throws -> [Plain]) {
      self.reference = reference
      self.samples = samples
      self.order = order
    }
  }

  public init(
    _ name: String, _ group: Group, metamethod: String? = nil, _ parameters: [Parameter], _ summary: String,
    formula: String? = nil, notes: String? = nil, source: String? = nil, example: String, isMethod: Bool = true,
    check: Check,
    body: Body
  ) {
    self.name = name
    self.group = group
    self.metamethod = metamethod
    self.parameters = parameters
    positional = parameters.filter { !$0.isOption }
    options = parameters.filter(\.isOption)
    self.summary = summary
    self.formula = formula
    self.notes = notes
    self.source = source
    self.example = example
    self.isMethod = isMethod
    self.check = check
    self.body = body
  }

  /// `softmax(x, dim)`, with options in braces and defaults after an equals sign.
  public var signature: String {
    func shown(_ parameter: Parameter) -> String {
      switch parameter.fallback {
      case nil: parameter.name
      case .some(.none): parameter.isOption ? parameter.name : "[\(parameter.name)]"
      case .some(.number(let value)): "\(parameter.name) = \(value)"
      case .some(.integer(let value)), .some(.dimension(let value)): "\(parameter.name) = \(value)"
      case .some(.boolean(let value)): "\(parameter.name) = \(value)"
      case .some(.text(let value)): "\(parameter.name) = \"\(value)\""
      }
    }
    var parts = positional.map(shown)
    if !options.isEmpty { parts.append("{" + options.map(shown).joined(separator: ", ") + "}") }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }

  /// Runs the operation on arguments in the order of `parameters`.
  public func callAsFunction(_ values: [Value]) throws -> [Value] {
    let arguments = Arguments(values)
    switch body {
    case .unary(let function): return [.tensor(try function(try arguments.tensor(0)))]
    case .binary(let forms):
      switch (values[0], values[1]) {
      case (.tensor(let a), .tensor(let b)): return [.tensor(try forms.tensors(a, b))]
      case (.tensor(let a), .number(let n)): return [.tensor(try forms.number(a, n, false))]
      case (.number(let n), .tensor(let b)): return [.tensor(try forms.number(b, n, true))]
      default: throw Failure(.argument, "needs at least one tensor")
      }
    case .pair(let function): return [.tensor(try function(try arguments.tensor(0), try arguments.tensor(1)))]
    case .general(let function): return try function(arguments)
    }
  }
}

/// The arguments of a call, in the order of the row's parameters, already of the kinds that it asks for.
public struct Arguments {
  let values: [Value]

  public init(_ values: [Value]) { self.values = values }

  func tensor(_ index: Int) throws -> Tensor {
    guard case .tensor(let tensor) = values[index] else {
      throw Failure(.argument, "argument \(index + 1) must be a tensor")
    }
    return tensor
  }
  func optionalTensor(_ index: Int) -> Tensor? { if case .tensor(let tensor) = values[index] { tensor } else { nil } }
  func tensors(_ index: Int) throws -> [Tensor] {
    guard case .tensors(let tensors) = values[index] else {
      throw Failure(.argument, "argument \(index + 1) must be a table of tensors")
    }
    return tensors
  }
  func number(_ index: Int) throws -> Double {
    switch values[index] {
    case .number(let number): return number
    case .integer(let number): return Double(number)
    default: throw Failure(.argument, "argument \(index + 1) must be a number")
    }
  }
  func optionalNumber(_ index: Int) -> Double? {
    switch values[index] {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }
  func integer(_ index: Int) throws -> Int {
    guard let value = optionalInteger(index) else {
      throw Failure(.argument, "argument \(index + 1) must be a whole number")
    }
    return value
  }
  func optionalInteger(_ index: Int) -> Int? { if case .integer(let value) = values[index] { value } else { nil } }
  /// A list of whole numbers; `nil` when left out.
  func integers(_ index: Int) -> [Int]? {
    switch values[index] {
    case .integers(let list): list
    case .integer(let value): [value]
    default: nil
    }
  }
  func boolean(_ index: Int) -> Bool { if case .boolean(let value) = values[index] { value } else { false } }
  func text(_ index: Int) -> String? { if case .text(let value) = values[index] { value } else { nil } }
  func dtype(_ index: Int) -> DType? { if case .dtype(let value) = values[index] { value } else { nil } }
  /// A dimension counted from 0; `nil` when left out.
  func dimension(_ index: Int) -> Int? { optionalInteger(index) }
}
