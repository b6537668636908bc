#ifndef COPENBLAS_SHIM_H
#define COPENBLAS_SHIM_H

#include <cblas.h>

// LAPACK through its Fortran symbols, for which Debian's OpenBLAS ships no C header.
//
// Matrices are column-major; every argument is passed by address; integers are 32 bits wide. The lengths of the
// character arguments, which Fortran compilers append, are left out: all are one letter, and LAPACK reads no more.
// `info` is 0 on success, -i when argument i is wrong, and positive when the method has no answer. With `lwork` (and
// `liwork`) of -1 a routine only writes the best size of its workspace into `work[0]` (and `iwork[0]`).
// Reference: LAPACK Users' Guide, 3rd edition.

#define LAPACK_ROUTINES(letter, scalar)                                                                              \
  /* Singular values and vectors by divide and conquer: A = U diag(s) VT. jobz: 'A', 'S', 'O', 'N'. */               \
  void letter##gesdd_(const char *jobz, const int *m, const int *n, scalar *a, const int *lda, scalar *s, scalar *u, \
                      const int *ldu, scalar *vt, const int *ldvt, scalar *work, const int *lwork, int *iwork,       \
                      int *info);                                                                                    \
  /* A = QR: R in the upper triangle, Q as reflectors below it and in tau. */                                        \
  void letter##geqrf_(const int *m, const int *n, scalar *a, const int *lda, scalar *tau, scalar *work,              \
                      const int *lwork, int *info);                                                                  \
  /* The first n columns of Q from k reflectors. */                                                                  \
  void letter##orgqr_(const int *m, const int *n, const int *k, scalar *a, const int *lda, const scalar *tau,        \
                      scalar *work, const int *lwork, int *info);                                                    \
  /* Eigenvalues, ascending, and eigenvectors (in a) of a symmetric matrix. jobz: 'N', 'V'; uplo: 'U', 'L'. */       \
  void letter##syevd_(const char *jobz, const char *uplo, const int *n, scalar *a, const int *lda, scalar *w,        \
                      scalar *work, const int *lwork, int *iwork, const int *liwork, int *info);                     \
  /* Eigenvalues wr + i wi and left, right eigenvectors of a general matrix. jobvl, jobvr: 'N', 'V'. */              \
  void letter##geev_(const char *jobvl, const char *jobvr, const int *n, scalar *a, const int *lda, scalar *wr,      \
                     scalar *wi, scalar *vl, const int *ldvl, scalar *vr, const int *ldvr, scalar *work,             \
                     const int *lwork, int *info);                                                                   \
  /* Cholesky factor of a positive definite matrix; info > 0: it is not. */                                          \
  void letter##potrf_(const char *uplo, const int *n, scalar *a, const int *lda, int *info);                         \
  /* Solves AX = B given the Cholesky factor of A. */                                                                \
  void letter##potrs_(const char *uplo, const int *n, const int *nrhs, const scalar *a, const int *lda, scalar *b,   \
                      const int *ldb, int *info);                                                                    \
  /* One triangle of the inverse, given the Cholesky factor. */                                                      \
  void letter##potri_(const char *uplo, const int *n, scalar *a, const int *lda, int *info);                         \
  /* A = PLU by partial pivoting; ipiv counts rows from 1; info > 0: U is singular. */                               \
  void letter##getrf_(const int *m, const int *n, scalar *a, const int *lda, int *ipiv, int *info);                  \
  /* Inverse, given PLU. */                                                                                          \
  void letter##getri_(const int *n, scalar *a, const int *lda, const int *ipiv, scalar *work, const int *lwork,      \
                      int *info);                                                                                    \
  /* Solves AX = B given PLU. trans: 'N', 'T', 'C'. */                                                               \
  void letter##getrs_(const char *trans, const int *n, const int *nrhs, const scalar *a, const int *lda,             \
                      const int *ipiv, scalar *b, const int *ldb, int *info);                                        \
  /* Solves AX = B; a becomes PLU. */                                                                                \
  void letter##gesv_(const int *n, const int *nrhs, scalar *a, const int *lda, int *ipiv, scalar *b,                 \
                     const int *ldb, int *info);                                                                     \
  /* Least squares of minimum norm through the singular values; b is max(m, n) rows high. */                         \
  void letter##gelsd_(const int *m, const int *n, const int *nrhs, scalar *a, const int *lda, scalar *b,             \
                      const int *ldb, scalar *s, const scalar *rcond, int *rank, scalar *work, const int *lwork,     \
                      int *iwork, int *info);                                                                        \
  /* Solves a triangular system. uplo: 'U', 'L'; trans: 'N', 'T', 'C'; diag: 'N', 'U' (ones). */                     \
  void letter##trtrs_(const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs,          \
                      const scalar *a, const int *lda, scalar *b, const int *ldb, int *info);

LAPACK_ROUTINES(s, float)
LAPACK_ROUTINES(d, double)

#undef LAPACK_ROUTINES

// openblas_set_num_threads, openblas_get_corename and openblas_get_config are declared by cblas.h.

#endif
