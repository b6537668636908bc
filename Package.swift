// swift-tools-version: 6.1
import PackageDescription

/// Kernels are plain loops over unsafe pointers: without the optimiser they run 26 times slower, so it stays on in
/// debug builds too; `-march` reaches Swift's own code generation.
let kernelFlags: [SwiftSetting] = [
  .unsafeFlags(["-Ounchecked", "-Xcc", "-march=x86-64-v3", "-Xcc", "-fno-math-errno"])
]

let package = Package(
  name: "perilune",
  products: [.executable(name: "perilune", targets: ["perilune"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries, and C that Swift cannot express.
    .systemLibrary(name: "CLuaLibrary", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .target(name: "CLua", dependencies: ["CLuaLibrary"]),
    .target(name: "CAssets", exclude: ["lua"]),
    .target(name: "CProcess"),
    .systemLibrary(name: "CKernels"),

    // Numerics, from loops up to models. Arrows point down only.
    .target(name: "Basics"),
    .target(name: "Kernels", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: kernelFlags),
    .target(name: "Tensors", dependencies: ["Kernels", "Basics"]),
    .target(name: "Autodiff", dependencies: ["Tensors"]),
    .target(name: "Learn", dependencies: ["Autodiff"]),
    .target(name: "DataKit", dependencies: ["Tensors", "CAssets", "CZlib"]),
    .target(name: "Stats", dependencies: ["Basics"]),
    .target(name: "Figures", dependencies: ["Basics", "CZlib"]),
    .target(name: "LineEditor"),

    // The script language and what scripts see.
    .target(name: "LuaHost", dependencies: ["CLua", "Basics"]),
    .target(
      name: "Bindings", dependencies: ["LuaHost", "Learn", "DataKit", "Figures", "Stats", "CAssets"]),
    .target(name: "Recipes", dependencies: ["Bindings", "Stats", "CSodium", "CProcess"]),
    .target(name: "Repl", dependencies: ["Recipes", "Bindings", "Figures", "LineEditor"]),
    .executableTarget(
      name: "perilune",
      dependencies: [
        "Recipes", "Repl", "Bindings", "Figures", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests use public interfaces only, so that they share the product's release build.
    .testTarget(name: "BasicsTests", dependencies: ["Basics"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "AutodiffTests", dependencies: ["Autodiff"]),
    .testTarget(name: "LearnTests", dependencies: ["Learn"]),
    .testTarget(name: "DataKitTests", dependencies: ["DataKit", "Basics"]),
    .testTarget(name: "StatsTests", dependencies: ["Stats"]),
    .testTarget(name: "FiguresTests", dependencies: ["Figures", "CZlib"]),
    .testTarget(name: "LineEditorTests", dependencies: ["LineEditor"]),
    .testTarget(name: "LuaHostTests", dependencies: ["LuaHost"]),
    .testTarget(name: "BindingsTests", dependencies: ["Bindings"]),
    .testTarget(name: "RecipesTests", dependencies: ["Recipes"]),
    .testTarget(name: "ReplTests", dependencies: ["Repl"]),
    .testTarget(name: "CommandTests", dependencies: ["Basics"]),
  ],
  swiftLanguageModes: [.v6]
)
