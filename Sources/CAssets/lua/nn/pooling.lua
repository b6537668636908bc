-- Pooling as modules, for Sequential: a row each.
local lab, core = ...
local nn = lab.nn

local function windows(name, operation, dims, summary, flags)
  local class = nn.class(name)
  nn[name] = class

  function class:init(kernel_size, options)
    self.kernel_size = core.sizes(kernel_size, dims, 1, name .. ": argument 1 (kernel_size)")
    local defaults = { stride = core.none, padding = core.none }
    for key, value in pairs(flags) do defaults[key] = value end
    options = core.options(options, defaults, name)
    options.stride = options.stride and core.sizes(options.stride, dims, 1, name .. ": option 'stride'")
    options.padding = core.sizes(options.padding or 0, dims, 0, name .. ": option 'padding'")
    if options.dilation then options.dilation = core.sizes(options.dilation, dims, 1, name .. ": option 'dilation'") end
    self.moves = options
  end

  function class:forward(x) return nn[operation](x, self.kernel_size, self.moves) end

  function class:note() return "windows of " .. table.concat(self.kernel_size, " x ") end

  core.document{
    name = "lab.nn." .. name, chapter = "Layers", summary = summary,
    signature = string.format("lab.nn.%s(kernel_size, {stride = kernel_size, padding = 0, ceil_mode = false, %s})", name,
      flags.dilation and "dilation = 1" or "count_include_pad = true"),
    notes = "The function is lab.nn." .. operation .. ".",
    example = string.format("print(lab.nn.%s(2)(lab.ones{%s}).shape)", name, dims == 1 and "1, 3, 8" or "1, 3, 8, 8"),
  }
end

for dims, where in ipairs{ "along the last dimension", "of planes" } do
  windows("MaxPool" .. dims .. "d", "max_pool" .. dims .. "d", dims, "The greatest number of each window " .. where .. ".",
    { ceil_mode = false, dilation = core.none })
  windows("AvgPool" .. dims .. "d", "avg_pool" .. dims .. "d", dims, "The mean of each window " .. where .. ".",
    { ceil_mode = false, count_include_pad = true })
end

local function adaptive(name, operation, dims, summary)
  local class = nn.class(name)
  nn[name] = class

  function class:init(output_size)
    self.output_size = core.sizes(output_size, dims, 1, name .. ": argument 1 (output_size)")
  end

  function class:forward(x) return nn[operation](x, self.output_size) end

  function class:note() return "to " .. table.concat(self.output_size, " x ") end

  core.document{
    name = "lab.nn." .. name, signature = "lab.nn." .. name .. "(output_size)", chapter = "Layers", summary = summary,
    notes = "The function is lab.nn." .. operation .. ".",
    example = string.format("print(lab.nn.%s(1)(lab.ones{%s}).shape)", name, dims == 1 and "1, 3, 8" or "1, 3, 8, 6"),
  }
end

for dims, what in ipairs{ "windows that cover the last dimension", "windows that cover each plane" } do
  adaptive("AdaptiveMaxPool" .. dims .. "d", "adaptive_max_pool" .. dims .. "d", dims,
    "The greatest number of each of output_size " .. what .. " evenly.")
  adaptive("AdaptiveAvgPool" .. dims .. "d", "adaptive_avg_pool" .. dims .. "d", dims,
    "The mean of each of output_size " .. what .. " evenly.")
end
