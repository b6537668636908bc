-- Gated recurrent units over whole sequences.
local lab, core = ...
local nn = lab.nn

local GRU = nn.class("GRU", core.Recurrent)
nn.GRU = GRU

function GRU:init(inputs, width, options) self:setup(nn.gru, 3, inputs, width, options) end

core.document{
  name = "lab.nn.GRU", signature = "lab.nn.GRU(inputs, width, {layers = 1, bidirectional = false, dropout = 0, bias = true})", chapter = "Layers",
  summary = "Gated recurrent units; y, h = net(x, {h, lengths}).",
  formula = "see lab.nn.gru", details = core.recurrent_details("3 width"), notes = core.recurrent_notes,
  source = "Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder",
  example = "local y, h = lab.nn.GRU(3, 8, {bidirectional = true})(lab.randn{2, 5, 3})\nprint(y.shape, h.shape)",
}
