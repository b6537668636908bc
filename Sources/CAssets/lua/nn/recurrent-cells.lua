-- One step of recurrent units, for loops of one's own: every part is an operation that can be changed or watched.
local lab, core = ...
local nn = lab.nn

local Cell = nn.class("Cell")

function Cell:setup(gates, inputs, width, options)
  local name = self.class_name
  inputs = core.whole(inputs, 1, name .. ": argument 1 (inputs)")
  width = core.whole(width, 1, name .. ": argument 2 (width)")
  options = core.options(options, { bias = true }, name)
  self.inputs, self.width = inputs, width
  local bound = 1 / math.sqrt(width)
  local function drawn(shape) return nn.parameter(nn.init.uniform(lab.zeros(shape), { low = -bound, high = bound })) end
  self.weight_ih, self.weight_hh = drawn{ gates * width, inputs }, drawn{ gates * width, width }
  self:optional("bias_ih")
  self:optional("bias_hh")
  if options.bias then self.bias_ih, self.bias_hh = drawn{ gates * width }, drawn{ gates * width } end
end

-- A state that is given, checked; zeros for one that is not.
function Cell:state(x, state, name)
  if not lab.is_tensor(x) then core.raise(self.class_name .. ": argument 1 (x) must be a Tensor, but is " .. core.describe(x)) end
  if x:dim() ~= 2 or x:size(2) ~= self.inputs then
    core.raise(string.format("%s: x must have the shape {batch, %d}, found shape %s", self.class_name, self.inputs, core.shape_text(x)))
  end
  if state == nil then return lab.zeros({ x:size(1), self.width }, x.dtype) end
  if not lab.is_tensor(state) or state:dim() ~= 2 or state:size(1) ~= x:size(1) or state:size(2) ~= self.width then
    core.raise(string.format("%s: the state %s must be a Tensor of shape {%d, %d}, but is %s", self.class_name, name, x:size(1), self.width,
      lab.is_tensor(state) and "of shape " .. core.shape_text(state) or core.describe(state)))
  end
  return state
end

function Cell:note() return self.inputs .. " to " .. self.width end

local LSTMCell = nn.class("LSTMCell", Cell)
nn.LSTMCell = LSTMCell

function LSTMCell:init(inputs, width, options) self:setup(4, inputs, width, options) end

function LSTMCell:forward(x, h, c)
  h, c = self:state(x, h, "h"), self:state(x, c, "c")
  local sums = nn.linear(x, self.weight_ih, self.bias_ih) + nn.linear(h, self.weight_hh, self.bias_hh)
  local i, f, g, o = sums:chunk(4, 2)
  c = f:sigmoid() * c + i:sigmoid() * g:tanh()
  return o:sigmoid() * c:tanh(), c
end

local GRUCell = nn.class("GRUCell", Cell)
nn.GRUCell = GRUCell

function GRUCell:init(inputs, width, options) self:setup(3, inputs, width, options) end

function GRUCell:forward(x, h)
  h = self:state(x, h, "h")
  local xr, xz, xn = nn.linear(x, self.weight_ih, self.bias_ih):chunk(3, 2)
  local hr, hz, hn = nn.linear(h, self.weight_hh, self.bias_hh):chunk(3, 2)
  local z = (xz + hz):sigmoid()
  return (1 - z) * (xn + (xr + hr):sigmoid() * hn):tanh() + z * h
end

core.document{
  name = "lab.nn.LSTMCell", signature = "lab.nn.LSTMCell(inputs, width, {bias = true})", chapter = "Layers",
  summary = "One step of long short-term memory, for loops of one's own; h, c = cell(x, h, c).",
  details = { "weight_ih: {4 width, inputs}", "weight_hh: {4 width, width}", "bias_ih, bias_hh: {4 width}" },
  notes = "x is {batch, inputs}; states are {batch, width} and start at 0. lab.nn.LSTM runs whole sequences, much faster.",
  source = "Hochreiter and Schmidhuber 1997, Long Short-Term Memory",
  example = "local cell = lab.nn.LSTMCell(3, 4)\nlocal h, c\nfor step = 1, 5 do h, c = cell(lab.randn{2, 3}, h, c) end\nprint(h.shape)",
}
core.document{
  name = "lab.nn.GRUCell", signature = "lab.nn.GRUCell(inputs, width, {bias = true})", chapter = "Layers",
  summary = "One step of gated recurrent units, for loops of one's own; h = cell(x, h).",
  details = { "weight_ih: {3 width, inputs}", "weight_hh: {3 width, width}", "bias_ih, bias_hh: {3 width}" },
  notes = "x is {batch, inputs}; the state is {batch, width} and starts at 0. lab.nn.GRU runs whole sequences, much faster.",
  source = "Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder",
  example = "local cell = lab.nn.GRUCell(3, 4)\nlocal h\nfor step = 1, 5 do h = cell(lab.randn{2, 3}, h) end\nprint(h.shape)",
}
