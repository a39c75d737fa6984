using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// A managed tensor object: its identity, where it comes from, and the part of a storage that it shows. What is written in place
/// through one object is seen through all objects on the same storage: values are made again from the storage's present content.
/// </summary>
public sealed class TensorObject
{
    private Storage storage;

    // From the storage's content, outermost first; nodes are patterns: their operand is whatever the step before gives.
    private ImmutableArray<Node> path;
    private Value value;
    private int version;

    public TensorObject(Value value, Access? access)
        : this(value, access, new Storage(value, access), [])
    {
    }

    private TensorObject(Value value, Access? access, Storage storage, ImmutableArray<Node> path)
    {
        (this.value, Access, this.storage, this.path) = (value, access, storage, path);
        version = storage.Version;
    }

    /// <summary>The value now.</summary>
    public Value Value
    {
        get
        {
            if (version != storage.Version)
            {
                (value, version) = (path.Aggregate(storage.Content, (v, step) => storage.Builder!.Add(step.Op, step.Attributes, v)), storage.Version);
            }

            return value;
        }
    }

    /// <summary>How to reach it from outside; null when the method made it.</summary>
    public Access? Access { get; }

    /// <summary>How to reach the tensor whose storage this one shows; null when the method made that.</summary>
    public Access? StorageAccess => storage.Access;

    /// <summary>Something was written that this tensor may or may not show: it must not be read any more.</summary>
    public bool IsUncertain => storage.IsUncertain;

    /// <summary>It shows a storage that lives outside and has been written.</summary>
    internal bool IsWrittenOutside => storage is { Access: not null, Version: > 0 };

    /// <summary>The view operations that lead from the storage's tensor to this one.</summary>
    internal ImmutableArray<Node> Path => path;

    public bool IsDisposed { get; set; }

    /// <summary>How often it moves to the outer dispose scope after it has reached the caller's.</summary>
    public int Moves { get; set; }

    /// <summary>It belongs to no dispose scope.</summary>
    public bool IsDetached { get; set; }

    /// <summary>The dispose scope it belongs to; null is the caller's.</summary>
    public DisposeScope? Scope { get; set; }

    /// <summary>A tensor made from this one by view operations, or by such as copy when they must.</summary>
    internal TensorObject View(Value view, Layouts layouts)
    {
        var steps = new Stack<Node>();
        bool isCertain = true;
        Value v = view;
        for (; v != Value; v = v.Node!.Operands[0])
        {
            if (v.Node is not { Op.Name: "reshape" or "permute" or "slice" or "expand" or "contiguous" } step)
            {
                return new TensorObject(view, null); // a copy
            }

            isCertain &= step.Op.Name switch
            {
                "reshape" => layouts.AllowsView(step.Operands[0], v.Shape),
                "contiguous" => layouts.IsDense(step.Operands[0]),
                _ => true,
            };
            steps.Push(step);
        }

        if (isCertain)
        {
            return new TensorObject(view, null, storage, [.. path, .. steps]);
        }

        return Sharing(view);
    }

    /// <summary>A tensor that may show elements of this one, in a way that writing cannot follow.</summary>
    internal TensorObject Sharing(Value view)
    {
        var made = new TensorObject(view, null);
        made.storage.MayShare.Add(storage);
        storage.MayShare.Add(made.storage);
        return made;
    }

    /// <summary>It may show elements of a tensor outside, and not as a view that is known.</summary>
    internal bool MayShareOutside => storage.Access is null && Reached().Any(s => s.Access is not null);

    /// <summary>The two may show the same elements, and not as views that are known.</summary>
    internal bool MayShareWith(TensorObject other) => other.storage != storage && Reached().Contains(other.storage);

    private HashSet<Storage> Reached()
    {
        var reached = new HashSet<Storage>();
        storage.Reach(reached);
        return reached;
    }

    /// <summary>Takes another tensor's shape and storage, as the in-place forms of view operations do; false for a tensor from outside.</summary>
    internal bool TryBecome(TensorObject view)
    {
        if (Access is not null)
        {
            return false;
        }

        (storage, path, value, version) = (view.storage, view.path, view.value, view.version);
        return true;
    }

    /// <summary>Replaces the elements that this tensor shows; false when that could be seen from outside, or cannot be said.</summary>
    internal bool TryWrite(Interpreter interpreter, Value written)
    {
        HashSet<Storage> reached = Reached();
        if (reached.Any(s => s.IsUncertain || (s.Access is not null && s != storage)) || path.Any(s => s.Op == Op.Expand))
        {
            return false;
        }

        if (storage.Access is { } outside)
        {
            interpreter.WriteOutside(outside, path, written);
        }

        // The storage keeps its order of dimensions.
        Value now = Value;
        if (!interpreter.Layouts.IsDense(written) && interpreter.Layouts.IsDense(now))
        {
            written = interpreter.Builder.Add(Op.Contiguous, written);
        }

        Value content = Stored(interpreter, storage.Content, path.AsSpan(), written);
        if (!path.IsEmpty && interpreter.Layouts.IsDense(storage.Content) && !interpreter.Layouts.IsDense(content))
        {
            content = interpreter.Builder.Add(Op.Contiguous, content);
        }

        storage.Write(interpreter.Builder, content);
        (value, version) = (path.IsEmpty ? content : written, storage.Version);
        foreach (Storage other in reached.Where(s => s != storage))
        {
            other.IsUncertain = true;
        }

        return true;
    }

    // The content with the part that the path leads to replaced.
    private static Value Stored(Interpreter interpreter, Value content, ReadOnlySpan<Node> path, Value part)
    {
        if (path.IsEmpty)
        {
            return part;
        }

        GraphBuilder b = interpreter.Builder;
        Node step = path[0];
        Value shown = b.Add(step.Op, step.Attributes, content);
        part = Stored(interpreter, shown, path[1..], part);
        ImmutableArray<DimExpr> shape = b.TypeOf(content).Shape;
        switch (step.Op.Name)
        {
            case "contiguous":
                return part;
            case "reshape":
                return b.Add(Op.Reshape, Attributes.Of(("shape", shape)), part);
            case "permute":
                ImmutableArray<long> dims = step.Attributes.Ints("dims");
                return b.Add(Op.Permute, Attributes.Of(("dims", Enumerable.Range(0, dims.Length).Select(d => (long)dims.IndexOf(d)).ToImmutableArray())), part);
            default:
                return Models.ShapeOps.SliceReplaced(b, content, (int)step.Attributes.Int("dim"), step.Attributes.Dim("start"), step.Attributes.Dim("length"), step.Attributes.Get("step", 1L), part);
        }
    }

    // What tensors on it show, as one graph value.
    private sealed class Storage(Value content, Access? access)
    {
        public Value Content { get; private set; } = content;

        public Access? Access { get; } = access;

        public int Version { get; private set; }

        public GraphBuilder? Builder { get; private set; }

        /// <summary>Storages that may be this one: whether the library copied is not known.</summary>
        public HashSet<Storage> MayShare { get; } = [];

        public bool IsUncertain { get; set; }

        public void Write(GraphBuilder builder, Value written)
        {
            (Builder, Content) = (builder, written);
            Version++;
        }

        public void Reach(HashSet<Storage> reached)
        {
            if (reached.Add(this))
            {
                foreach (Storage other in MayShare)
                {
                    other.Reach(reached);
                }
            }
        }
    }
}
