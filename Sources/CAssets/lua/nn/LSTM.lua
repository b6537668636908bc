-- Long short-term memory over whole sequences.
local lab, core = ...
local nn = lab.nn

local LSTM = nn.class("LSTM", core.Recurrent)
nn.LSTM = LSTM

function LSTM:init(inputs, width, options) self:setup(nn.lstm, 4, inputs, width, options) end

core.document{
  name = "lab.nn.LSTM", signature = "lab.nn.LSTM(inputs, width, {layers = 1, bidirectional = false, dropout = 0, bias = true})", chapter = "Layers",
  summary = "Long short-term memory; y, h, c = net(x, {h, c, lengths}).",
  formula = "see lab.nn.lstm", details = core.recurrent_details("4 width"), notes = core.recurrent_notes,
  source = "Hochreiter and Schmidhuber 1997, Long Short-Term Memory",
  example = "local y, h, c = lab.nn.LSTM(3, 8, {layers = 2})(lab.randn{2, 5, 3})\nprint(y.shape, h.shape, c.shape)",
}
