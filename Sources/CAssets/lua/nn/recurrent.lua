-- What RNN, LSTM and GRU have in common: weights for each layer and direction, and the way through the layers.
local lab, core = ...
local nn = lab.nn

local Recurrent = nn.class("Recurrent")
core.Recurrent = Recurrent

-- `run` is the operation of one layer in one direction, `gates` how many rows of weights a hidden number has.
function Recurrent:setup(run, gates, inputs, width, options, extra)
  local name = self.class_name
  inputs = core.whole(inputs, 1, name .. ": argument 1 (inputs)")
  width = core.whole(width, 1, name .. ": argument 2 (width)")
  local defaults = { layers = 1, bidirectional = false, dropout = 0, bias = true }
  for key, value in pairs(extra or {}) do defaults[key] = value end
  options = core.options(options, defaults, name)
  local layers = core.whole(options.layers, 1, name .. ": option 'layers'")
  if options.dropout < 0 or options.dropout >= 1 then
    core.raise(string.format("%s: option 'dropout' must be a number from 0 to below 1, but is %s", name, core.describe(options.dropout)))
  end
  self.inputs, self.width, self.layers = inputs, width, layers
  self.directions, self.dropout = options.bidirectional and 2 or 1, options.dropout
  self.run = run
  local bound = 1 / math.sqrt(width)
  local function draw(field, shape) self[field] = nn.parameter(nn.init.uniform(lab.zeros(shape), { low = -bound, high = bound })) end
  -- Field names of each layer and direction in turn.
  self.parts = {}
  for layer = 0, layers - 1 do
    for direction = 1, self.directions do
      local part = "_l" .. layer .. (direction == 2 and "_reverse" or "")
      self.parts[#self.parts + 1] = part
      draw("weight_ih" .. part, { gates * width, layer == 0 and inputs or width * self.directions })
      draw("weight_hh" .. part, { gates * width, width })
      self:optional("bias_ih" .. part)
      self:optional("bias_hh" .. part)
      if options.bias then
        draw("bias_ih" .. part, { gates * width })
        draw("bias_hh" .. part, { gates * width })
      end
    end
  end
  return options
end

function Recurrent:initial(state, name, x)
  if state == nil then return nil end
  local shape = { self.layers * self.directions, x:size(1), self.width }
  local fits = lab.is_tensor(state) and state:dim() == 3
  for d = 1, 3 do fits = fits and state:size(d) == shape[d] end
  if not fits then
    core.raise(string.format("%s: option '%s' must be a Tensor of shape {layers x directions, batch, width}, here {%d, %d, %d}, but is %s",
      self.class_name, name, shape[1], shape[2], shape[3],
      lab.is_tensor(state) and "of shape " .. core.shape_text(state) or core.describe(state)))
  end
  return state
end

-- y and the last states of all layers, from {batch, steps, inputs}.
function Recurrent:through(x, options, extra)
  local name = self.class_name
  if not lab.is_tensor(x) then core.raise(name .. ": argument 1 (x) must be a Tensor, but is " .. core.describe(x)) end
  if x:dim() ~= 3 or x:size(3) ~= self.inputs then
    core.raise(string.format("%s: needs sequences of shape {batch, steps, %d}, found shape %s", name, self.inputs, core.shape_text(x)))
  end
  local has_cell = name == "LSTM"
  options = core.options(options, { h = core.none, c = has_cell and core.none or nil, lengths = core.none }, name)
  local h0, c0 = self:initial(options.h, "h", x), has_cell and self:initial(options.c, "c", x) or nil
  local lengths = options.lengths
  if type(lengths) == "table" then lengths = lab.tensor(lengths, "int64") end
  local hs, cs = {}, {}
  local place = 0
  for layer = 1, self.layers do
    if layer > 1 and self.dropout > 0 and self:is_training() then x = x * core.dropout_mask(x, self.dropout) end
    local outputs = {}
    for direction = 1, self.directions do
      place = place + 1
      local part = self.parts[place]
      local given = { h = h0 and h0[place], lengths = lengths, reverse = direction == 2 }
      if has_cell then given.c = c0 and c0[place] end
      for key, value in pairs(extra or {}) do given[key] = value end
      outputs[direction], hs[place], cs[place] = self.run(
        x, self["weight_ih" .. part], self["weight_hh" .. part], self["bias_ih" .. part], self["bias_hh" .. part], given)
    end
    x = self.directions == 2 and lab.cat(outputs, 3) or outputs[1]
  end
  if has_cell then return x, lab.stack(hs, 1), lab.stack(cs, 1) end
  return x, lab.stack(hs, 1)
end

function Recurrent:forward(x, options) return self:through(x, options) end

function Recurrent:note()
  local parts = { self.inputs .. " to " .. self.width }
  if self.layers > 1 then parts[#parts + 1] = "layers = " .. self.layers end
  if self.directions == 2 then parts[#parts + 1] = "bidirectional" end
  if self.dropout > 0 then parts[#parts + 1] = "dropout = " .. self.dropout end
  return table.concat(parts, ", ")
end

core.recurrent_details = function(gates)
  return {
    "{layers}: one above the other", "{bidirectional}: a second direction, its outputs behind those of the first",
    "{dropout}: between layers, in training", "{bias}: whether sums have biases",
    "weight_ih_l0: {" .. gates .. ", inputs}", "weight_hh_l0: {" .. gates .. ", width}", "bias_ih_l0, bias_hh_l0: {" .. gates .. "}",
  }
end
core.recurrent_notes = "x is {batch, steps, inputs}; y is {batch, steps, width x directions}; states are {layers x directions, batch, width} and start at 0. "
  .. "With {lengths = {5, 3}}, the state of a sequence stays after its end, and its outputs are 0. Names, layouts and order of gates are PyTorch's: "
  .. "_l0 is the first layer, _reverse the second direction. Weights start uniform in +-1/sqrt(width)."
