import COpenBLAS

/// An element type for which LAPACK has routines: `Float` and `Double`.
public protocol LapackReal: Real {
  static var lapack: LapackRoutines<Self> { get }
}

/// LAPACK's routines for one element type, by their names without the type's letter. Matrices are column-major.
/// Reference: LAPACK Users' Guide, 3rd edition.
public struct LapackRoutines<T>: Sendable {
  typealias Letter = UnsafePointer<CChar>?
  typealias Whole = UnsafePointer<Int32>?
  typealias Input = UnsafePointer<T>?
  typealias Output = UnsafeMutablePointer<T>?
  typealias Places = UnsafeMutablePointer<Int32>?

  let gesdd:
    @Sendable (Letter, Whole, Whole, Output, Whole, Output, Output, Whole, Output, Whole, Output, Whole, Places, Places)
      -> Void
  let syevd: @Sendable (Letter, Letter, Whole, Output, Whole, Output, Output, Whole, Places, Whole, Places) -> Void
  let geqrf: @Sendable (Whole, Whole, Output, Whole, Output, Output, Whole, Places) -> Void
  let orgqr: @Sendable (Whole, Whole, Whole, Output, Whole, Input, Output, Whole, Places) -> Void
  let potrf: @Sendable (Letter, Whole, Output, Whole, Places) -> Void
  let getrf: @Sendable (Whole, Whole, Output, Whole, Places, Places) -> Void
  let getrs: @Sendable (Letter, Whole, Whole, Input, Whole, UnsafePointer<Int32>?, Output, Whole, Places) -> Void
}

extension Float: LapackReal {
  public static let lapack: LapackRoutines<Float> = LapackRoutines(
    gesdd: { sgesdd_($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) },
    syevd: { ssyevd_($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    geqrf: { sgeqrf_($0, $1, $2, $3, $4, $5, $6, $7) },
    orgqr: { sorgqr_($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    potrf: { spotrf_($0, $1, $2, $3, $4) },
    getrf: { sgetrf_($0, $1, $2, $3, $4, $5) },
    getrs: { sgetrs_($0, $1, $2, $3, $4, $5, $6, $7, $8) })
}

extension Double: LapackReal {
  public static let lapack: LapackRoutines<Double> = LapackRoutines(
    gesdd: { dgesdd_($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) },
    syevd: { dsyevd_($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    geqrf: { dgeqrf_($0, $1, $2, $3, $4, $5, $6, $7) },
    orgqr: { dorgqr_($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    potrf: { dpotrf_($0, $1, $2, $3, $4) },
    getrf: { dgetrf_($0, $1, $2, $3, $4, $5) },
    getrs: { dgetrs_($0, $1, $2, $3, $4, $5, $6, $7, $8) })
}
