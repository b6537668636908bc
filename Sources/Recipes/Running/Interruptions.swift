import LuaHost

extension ScriptHost {
  /// Makes Ctrl-C stop the script; the run ends with an error of kind `interrupted`.
  public func catchControlC() { host.interruption.catchControlC() }
}
