import Basics

/// Options of optimizers, schedules and initialisers are declared as those of data generators are.
public typealias OptionSpec = Basics.OptionSpec
public typealias SettingValue = Basics.SettingValue
public typealias Settings = Basics.Settings
