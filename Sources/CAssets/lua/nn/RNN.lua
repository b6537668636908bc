-- Plain recurrent units over whole sequences.
local lab, core = ...
local nn = lab.nn

local RNN = nn.class("RNN", core.Recurrent)
nn.RNN = RNN

function RNN:init(inputs, width, options)
  options = self:setup(nn.rnn, 1, inputs, width, options, { nonlinearity = "tanh" })
  if options.nonlinearity ~= "tanh" and options.nonlinearity ~= "relu" then
    core.raise("RNN: option 'nonlinearity' must be 'tanh' or 'relu', but is " .. core.describe(options.nonlinearity))
  end
  self.nonlinearity = options.nonlinearity
end

function RNN:forward(x, options) return self:through(x, options, { nonlinearity = self.nonlinearity }) end

core.document{
  name = "lab.nn.RNN", signature = "lab.nn.RNN(inputs, width, {nonlinearity = \"tanh\", layers = 1, bidirectional = false, dropout = 0, bias = true})",
  chapter = "Layers", summary = "Plain recurrent units; y, h = net(x, {h, lengths}).",
  formula = "h = tanh(weight_ih x + bias_ih + weight_hh h + bias_hh), or relu of it", details = core.recurrent_details("width"),
  notes = core.recurrent_notes, source = "Elman 1990, Finding Structure in Time",
  example = "local y, h = lab.nn.RNN(3, 8)(lab.randn{2, 5, 3})\nprint(y.shape, h.shape)",
}
