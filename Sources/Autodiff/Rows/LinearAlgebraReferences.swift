import Foundation

/// Linear algebra in plain loops over Doubles: what the decompositions are compared with.
enum PlainMatrix {
  typealias Matrix = [[Double]]

  /// Applies `f` to each matrix of a batch; the results' shapes follow the leading sizes.
  static func each(_ x: Plain, _ f: (Matrix) -> [Plain]) -> [Plain] {
    let lead = Array(x.shape.dropLast(2))
    let (m, n) = (x.shape[x.shape.count - 2], x.shape[x.shape.count - 1])
    let results = Plain.places(lead).map { place in f((0..<m).map { i in (0..<n).map { x[place + [i, $0]] } }) }
    guard let first = results.first else { return [] }
    return first.indices.map { index in Plain(lead + first[index].shape, results.flatMap { $0[index].values }) }
  }

  static func plain(_ a: Matrix, columns: Int? = nil) -> Plain {
    Plain([a.count, columns ?? a.first?.count ?? 0], a.flatMap { $0 })
  }

  static func transpose(_ a: Matrix) -> Matrix { a.isEmpty ? [] : a[0].indices.map { j in a.map { $0[j] } } }

  static func times(_ a: Matrix, _ b: Matrix) -> Matrix {
    let columns = transpose(b)
    return a.map { row in columns.map { column in zip(row, column).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  static func identity(_ n: Int) -> Matrix { (0..<n).map { i in (0..<n).map { $0 == i ? 1 : 0 } } }

  static func symmetric(_ a: Matrix) -> Matrix { a.indices.map { i in a.indices.map { (a[i][$0] + a[$0][i]) / 2 } } }

  /// Gauss-Jordan elimination with row exchanges: the solution and the determinant.
  static func eliminate(_ a: Matrix, _ b: Matrix) -> (x: Matrix, determinant: Double) {
    var (a, b) = (a, b)
    var determinant = 1.0
    for column in a.indices {
      guard let pivot = (column..<a.count).max(by: { abs(a[$0][column]) < abs(a[$1][column]) }) else { break }
      if pivot != column {
        a.swapAt(pivot, column)
        b.swapAt(pivot, column)
        determinant = -determinant
      }
      let divisor = a[column][column]
      determinant *= divisor
      if divisor == 0 { return (b, 0) }
      a[column] = a[column].map { $0 / divisor }
      b[column] = b[column].map { $0 / divisor }
      for row in a.indices where row != column {
        let factor = a[row][column]
        a[row] = zip(a[row], a[column]).map { $0 - factor * $1 }
        b[row] = zip(b[row], b[column]).map { $0 - factor * $1 }
      }
    }
    return (b, determinant)
  }

  /// Eigenvalues, rising, and eigenvectors (as rows, leading component positive) by Jacobi's rotations.
  static func eigen(_ a: Matrix) -> (values: [Double], vectors: Matrix) {
    var (a, v) = (symmetric(a), identity(a.count))
    for _ in 0..<60 {
      for p in a.indices {
        for q in a.indices where q > p && a[p][q] != 0 {
          let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          var rotation = identity(a.count)
          (rotation[p][p], rotation[q][q], rotation[p][q], rotation[q][p]) = (c, c, t * c, -t * c)
          a = times(transpose(rotation), times(a, rotation))
          v = times(v, rotation)
        }
      }
    }
    let order = a.indices.sorted { a[$0][$0] < a[$1][$1] }
    return (order.map { a[$0][$0] }, order.map { j in leading(v.map { $0[j] }).vector })
  }

  /// The vector with its first component of at least half the largest magnitude positive, and whether it was turned.
  static func leading(_ v: [Double]) -> (vector: [Double], turned: Bool) {
    let largest = v.map(abs).max() ?? 0
    let turned = (v.first { 2 * abs($0) >= largest } ?? 0) < 0
    return (turned ? v.map { -$0 } : v, turned)
  }

  /// The thin decomposition (columns of u as rows, s falling, rows of v) by one-sided Jacobi rotations (Hestenes, 1958).
  static func singular(_ a: Matrix) -> (u: Matrix, s: [Double], v: Matrix) {
    if a.count < a[0].count {
      let (v, s, u) = singular(transpose(a))
      let signs = u.map { leading($0).turned }
      func fixed(_ rows: Matrix) -> Matrix { zip(rows, signs).map { row, turned in turned ? row.map { -$0 } : row } }
      return (fixed(u), s, fixed(v))
    }
    var columns = transpose(a)
    var v = identity(columns.count)
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    for _ in 0..<60 {
      for p in columns.indices {
        for q in columns.indices where q > p {
          let (alpha, beta, gamma) = (
            dot(columns[p], columns[p]), dot(columns[q], columns[q]), dot(columns[p], columns[q])
          )
          if gamma == 0 { continue }
          let zeta = (beta - alpha) / (2 * gamma)
          let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (zeta * zeta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = c * t
          func turn(_ rows: inout Matrix) {
            let (x, y) = (rows[p], rows[q])
            rows[p] = zip(x, y).map { c * $0 - s * $1 }
            rows[q] = zip(x, y).map { s * $0 + c * $1 }
          }
          turn(&columns)
          turn(&v)
        }
      }
    }
    let lengths = columns.map { dot($0, $0).squareRoot() }
    let order = columns.indices.sorted { lengths[$0] > lengths[$1] }
    let u = order.map { j in leading(columns[j].map { $0 / lengths[j] }) }
    return (
      u.map(\.vector), order.map { lengths[$0] },
      zip(order, u).map { j, column in column.turned ? v[j].map { -$0 } : v[j] }
    )
  }

  /// Gram-Schmidt, twice against rounding: columns of q as rows, and r.
  static func orthogonal(_ a: Matrix) -> (q: Matrix, r: Matrix) {
    let columns = transpose(a)
    let k = min(a.count, columns.count)
    var q: Matrix = []
    for column in columns.prefix(k) {
      var rest = column
      for _ in 0..<2 {
        for done in q {
          let part = zip(done, rest).reduce(0) { $0 + $1.0 * $1.1 }
          rest = zip(rest, done).map { $0 - part * $1 }
        }
      }
      let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      q.append(rest.map { $0 / length })
    }
    var r = times(q, a)
    for i in r.indices { for j in r[i].indices where j < i { r[i][j] = 0 } }
    return (q, r)
  }

  static func cholesky(_ a: Matrix) -> Matrix {
    let a = symmetric(a)
    var l = a.map { $0.map { _ in 0.0 } }
    for i in a.indices {
      for j in 0...i {
        let rest = a[i][j] - (0..<j).reduce(0) { $0 + l[i][$1] * l[j][$1] }
        l[i][j] = i == j ? rest.squareRoot() : rest / l[j][j]
      }
    }
    return l
  }

  /// The power series of x / 2^20, squared 20 times, would round too much: 8 halvings and 30 terms.
  static func exponential(_ a: Matrix) -> Matrix {
    let x = a.map { $0.map { $0 / 256 } }
    var (sum, term) = (identity(a.count), identity(a.count))
    for k in 1...30 {
      term = times(term, x).map { $0.map { $0 / Double(k) } }
      sum = zip(sum, term).map { zip($0, $1).map { $0 + $1 } }
    }
    for _ in 0..<8 { sum = times(sum, sum) }
    return sum
  }

  /// v diag(1 / s) u^T.
  static func pseudoInverse(_ a: Matrix) -> Matrix {
    let (u, s, v) = singular(a)
    let threshold = (s.first ?? 0) * 1e-6
    return times(transpose(v), zip(u, s).map { row, s in row.map { s > threshold ? $0 / s : 0 } })
  }
}
