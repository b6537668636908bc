import Tensors

/// What goes into an operation and what comes out, in the words of the script language.
public enum Value {
  /// An optional argument that was left out.
  case none
  case tensor(Tensor)
  case tensors([Tensor])
  case number(Double)
  case integer(Int)
  case integers([Int])
  case boolean(Bool)
  case text(String)
  case dtype(DType)
}
