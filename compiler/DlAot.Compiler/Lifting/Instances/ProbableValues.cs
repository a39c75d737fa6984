namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// Values that a number of an unknown constructor argument probably has, by what it is called. They decide structure (how many
/// blocks, which kernel) where nothing else does, and what follows from them is guarded.
/// </summary>
internal static class ProbableValues
{
    // The first row whose text is part of the name counts.
    private static readonly (string Part, long Value)[] Integers =
    [
        ("kernel", 3), ("ksize", 3), ("stride", 1), ("pad", 1), ("dilat", 1), ("num_group", 8), ("numgroup", 8), ("group", 1),
        ("expan", 2), ("factor", 2), ("ratio", 2), ("scale", 2), ("head", 8), ("layer", 2), ("depth", 2), ("block", 2), ("stage", 2), ("repeat", 2), ("level", 2), ("step", 2),
        ("vocab", 1000), ("class", 10), ("num_emb", 1000), ("seq", 128), ("length", 128), ("maxlen", 128), ("max_len", 128), ("position", 128), ("context", 128),
        ("index", 0), ("idx", 0), ("axis", 1),
        ("model", 64), ("latent", 64), ("inner", 64), ("mlp", 64), ("ffn", 64), ("rank", 8), ("chan", 64), ("dim", 64), ("feature", 64), ("hidden", 64), ("embed", 64), ("plane", 64), ("width", 64), ("height", 64), ("size", 64), ("unit", 64), ("in", 64), ("out", 64), ("c1", 64), ("c2", 64),
    ];

    private static readonly (string Part, double Value)[] Reals =
    [
        ("eps", 1e-5), ("drop", 0.1), ("prob", 0.1), ("rate", 0.1), ("momentum", 0.1), ("theta", 10000), ("base", 10000), ("slope", 0.1), ("alpha", 1),
    ];

    // Names that say it only as a whole: widths.
    private static readonly HashSet<string> Widths = new(StringComparer.OrdinalIgnoreCase) { "c", "d", "e", "ch", "nc", "nf", "ngf", "ndf", "dm", "ff", "d_k", "d_v", "d_ff", "dff" };

    public static long Integer(string name) => Widths.Contains(name) ? 64 : Find(Integers, name) ?? 2;

    public static double Real(string name) => Find(Reals, name) ?? 1;

    private static T? Find<T>((string Part, T Value)[] rows, string name)
        where T : struct
    {
        foreach ((string part, T value) in rows)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
