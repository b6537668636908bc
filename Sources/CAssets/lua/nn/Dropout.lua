-- Zeroes each element with probability p in training, and scales the others by 1 / (1 - p).
local lab, core = ...
local nn = lab.nn

local Dropout = nn.class("Dropout")
nn.Dropout = Dropout

function Dropout:init(p)
  if type(p) ~= "number" or p < 0 or p >= 1 then
    core.raise("Dropout: argument 1 (p) must be a number from 0 to below 1, but is " .. core.describe(p))
  end
  self.p = p
end

function Dropout:forward(x)
  if not self:is_training() or self.p == 0 then return x end
  return x * core.dropout_mask(x, self.p)
end

function Dropout:note() return "p = " .. self.p end

core.document{
  name = "lab.nn.Dropout", signature = "lab.nn.Dropout(p)", chapter = "Layers",
  summary = "Zeroes elements with probability p in training and scales the rest; nothing in eval mode.",
  source = "Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
  notes = "Masks come from a stream of their own: adding a Dropout does not change the order of the data.",
  example = "local drop = lab.nn.Dropout(0.5):eval()\nprint(drop(lab.ones{4}))",
}
