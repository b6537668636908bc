-- Convolutions and transposed convolutions along one dimension or over planes: four classes over one mechanism.
local lab, core = ...
local nn = lab.nn

local axes = { "length", "height, width" }

local function new_class(name, dims, transposed)
  local operation = (transposed and "conv_transpose" or "conv") .. dims .. "d"
  local class = nn.class(name)
  nn[name] = class

  function class:init(inputs, outputs, kernel_size, options)
    inputs = core.whole(inputs, 1, name .. ": argument 1 (inputs)")
    outputs = core.whole(outputs, 1, name .. ": argument 2 (outputs)")
    local kernel = core.sizes(kernel_size, dims, 1, name .. ": argument 3 (kernel_size)")
    local defaults = { stride = core.none, padding = core.none, dilation = core.none, groups = 1, bias = true }
    if transposed then defaults.output_padding = core.none end
    options = core.options(options, defaults, name)
    local groups = core.whole(options.groups, 1, name .. ": option 'groups'")
    for what, channels in pairs{ input = inputs, output = outputs } do
      if channels % groups ~= 0 then
        core.raise(string.format("%s: groups = %d does not divide the %d %s channels", name, groups, channels, what))
      end
    end
    local moves = { groups = groups }
    for _, key in ipairs{ "stride", "dilation" } do
      moves[key] = core.sizes(options[key] or 1, dims, 1, name .. ": option '" .. key .. "'")
    end
    if type(options.padding) ~= "string" then
      moves.padding = core.sizes(options.padding or 0, dims, 0, name .. ": option 'padding'")
    elseif transposed or (options.padding ~= "same" and options.padding ~= "valid") then
      core.raise(string.format("%s: option 'padding' must be a number%s, but is '%s'", name,
        transposed and " or a table of them" or ", a table of them, 'same' or 'valid'", options.padding))
    else
      moves.padding = options.padding
    end
    if transposed then
      moves.output_padding = core.sizes(options.output_padding or 0, dims, 0, name .. ": option 'output_padding'")
    end
    self.moves = moves

    local shape = transposed and { inputs, outputs // groups } or { outputs, inputs // groups }
    local fan = shape[2]
    for _, size in ipairs(kernel) do
      shape[#shape + 1] = size
      fan = fan * size
    end
    -- Kaiming's uniform rule with slope sqrt(5), as in Linear: PyTorch's default.
    local bound = 1 / math.sqrt(fan)
    self.weight = nn.parameter(nn.init.uniform(lab.zeros(shape), { low = -bound, high = bound }))
    self:optional("bias")
    if options.bias then self.bias = nn.parameter(nn.init.uniform(lab.zeros{ outputs }, { low = -bound, high = bound })) end
  end

  function class:forward(x)
    return nn[operation](x, self.weight, self.bias, self.moves)
  end

  function class:note()
    local parts = {}
    for _, key in ipairs{ "stride", "padding", "dilation", "groups", "output_padding" } do
      local value = self.moves[key]
      local text = type(value) == "table" and table.concat(value, " x ") or tostring(value)
      local usual = (key == "padding" or key == "output_padding") and "^0[ x0]*$" or "^1[ x1]*$"
      if value ~= nil and not text:find(usual) then parts[#parts + 1] = key:gsub("_", " ") .. " " .. text end
    end
    return table.concat(parts, ", ")
  end

  local input = dims == 1 and "2, 3, 8" or "2, 3, 8, 8"
  core.document{
    name = "lab.nn." .. name, chapter = "Layers",
    signature = string.format("lab.nn.%s(inputs, outputs, kernel_size, {stride = 1, padding = 0, dilation = 1, groups = 1, bias = true%s})",
      name, transposed and ", output_padding = 0" or ""),
    summary = transposed
      and string.format("A learned transposed convolution of {batch, inputs, %s}: it undoes the sizes of Conv%dd.", axes[dims], dims)
      or string.format("A learned convolution of {batch, inputs, %s}.", axes[dims]),
    details = {
      transposed and "weight: {inputs, outputs / groups, kernel}" or "weight: {outputs, inputs / groups, kernel}",
      "bias: {outputs}",
      "kernel_size, stride, padding, dilation: " .. (dims == 1 and "a number" or "a number, or {height, width}")
        .. (transposed and "" or "; padding also \"same\", for an output of the input's size"),
    },
    notes = "Weights and biases start uniform in +-1/sqrt(weights of one output). The function is lab.nn." .. operation .. ".",
    example = string.format("local layer = lab.nn.%s(3, 4, 3, {stride = 2, padding = 1})\nprint(layer(lab.ones{%s}).shape)", name, input),
  }
end

for dims = 1, 2 do
  new_class("Conv" .. dims .. "d", dims, false)
  new_class("ConvTranspose" .. dims .. "d", dims, true)
end
