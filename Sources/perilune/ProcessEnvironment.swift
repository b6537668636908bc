import Glibc
import Kernels
import Recipes

/// What must hold before anything is computed.
enum ProcessEnvironment {
  /// Ends the program where the processor cannot run it, and starts it anew where the BLAS library would choose its own
  /// threads or kernels: it reads its settings before `main`, and both change the bits of products.
  static func prepare() {
    // A file that grows beyond a limit is an error to be told, not the end.
    signal(SIGXFSZ, SIG_IGN)
    guard Machine.hasVectorInstructions else {
      Exit.end(message: "this processor lacks AVX2 or FMA, which perilune's numeric code needs", code: Exit.failure)
    }
    let threads = getenv("OPENBLAS_NUM_THREADS").map { String(cString: $0) }
    let core = getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }
    let isSettled = threads == "1" && (core == "Haswell" || BlasInfo.coreType == "Haswell")
    guard !isSettled else { return }
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    setenv("OPENBLAS_CORETYPE", "Haswell", 1)
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    Exit.end(message: "cannot start itself anew: \(String(cString: strerror(errno)))", code: Exit.failure)
  }
}
