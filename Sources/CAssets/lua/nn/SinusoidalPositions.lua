-- Positions as sines and cosines of geometrically spaced wavelengths.
local lab, core = ...
local nn = lab.nn

local SinusoidalPositions = nn.class("SinusoidalPositions")
nn.SinusoidalPositions = SinusoidalPositions

function SinusoidalPositions:init(width)
  self.width = core.whole_up_to(width, 1, 1 << 20, "SinusoidalPositions: argument 1 (width)")
  if self.width % 2 ~= 0 then
    core.raise("SinusoidalPositions: argument 1 (width) must be even, a sine and a cosine for each wavelength, but is " .. self.width)
  end
  local frequencies = {}
  for i = 1, self.width // 2 do frequencies[i] = 10000 ^ (-2 * (i - 1) / self.width) end
  self.frequencies = lab.tensor(frequencies, "float64")
end

function SinusoidalPositions:forward(ids, dtype)
  core.require_tensor(ids, "SinusoidalPositions: argument 1 (ids)")
  local angles = (ids:to("float64") - 1):unsqueeze(-1) * self.frequencies
  local waves = lab.stack({ angles:sin(), angles:cos() }, -1)
  local shape = ids.shape
  shape[#shape + 1] = self.width
  return waves:reshape(shape):to(dtype or "float32")
end

core.document{
  name = "lab.nn.SinusoidalPositions", signature = "lab.nn.SinusoidalPositions(width)", chapter = "Layers",
  summary = "A vector of sines and cosines for each position id; no parameters, any length.",
  formula = "y[p, 2i - 1] = sin((p - 1) / 10000^(2(i - 1) / width)), y[p, 2i] = cos of the same",
  details = { "positions(ids, [dtype]): {...} int64, from 1, gives {..., width}; float32 unless dtype says otherwise" },
  source = "Vaswani et al. 2017, Attention Is All You Need",
  example = "local positions = lab.nn.SinusoidalPositions(4)\nprint(positions(lab.tensor({1, 2}, \"int64\")))",
}
