using System.Collections;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using Newtonsoft.Json;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Invoke-RestMethod, for one request: JSON and XML come out as objects, all else as text.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RestMethod")]
public sealed class InvokeRestMethodCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Where to.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public Uri Uri { get; set; } = null!;

    /// <summary>The request's method.</summary>
    [Parameter]
    [ValidateSet("Get", "Post", "Put", "Delete", "Patch", "Head", "Options")]
    public string Method { get; set; } = "Get";

    /// <summary>Headers by name.</summary>
    [Parameter]
    public IDictionary Headers { get; set; } = new Hashtable();

    /// <summary>The request's text.</summary>
    [Parameter(ValueFromPipeline = true)]
    public object? Body { get; set; }

    /// <summary>The text's type.</summary>
    [Parameter]
    public string? ContentType { get; set; }

    /// <summary>Seconds until the request is given up; 0 is no limit.</summary>
    [Parameter]
    [Alias("OperationTimeoutSeconds", "ConnectionTimeoutSeconds")]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; }

    /// <summary>Take any certificate.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    protected override void StopProcessing() => _stopping.Cancel();

    protected override void ProcessRecord()
    {
        using var handler = new HttpClientHandler();
        if (SkipCertificateCheck)
            handler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        using var client = new HttpClient(handler);
        client.Timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : Timeout.InfiniteTimeSpan;
        try
        {
            var uri = Uri.IsAbsoluteUri ? Uri : new Uri($"http://{Uri}");
            using var request = Request(uri);
            using var response = client.Send(request, _stopping.Token);
            using var reader = new StreamReader(response.Content.ReadAsStream(_stopping.Token));
            Answer(uri, response, reader.ReadToEnd());
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException
            || (failure is OperationCanceledException && !_stopping.IsCancellationRequested))
        {
            ThrowTerminatingError(new ErrorRecord(failure, "WebCmdletWebResponseException", ErrorCategory.InvalidOperation, Uri));
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private HttpRequestMessage Request(Uri uri)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method.ToUpperInvariant()), uri);
        if (Body is not null)
        {
            request.Content = new StringContent(LanguagePrimitives.ConvertTo<string>(Body), Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType ?? "application/x-www-form-urlencoded");
        }

        foreach (DictionaryEntry header in Headers)
            request.Headers.TryAddWithoutValidation((string)header.Key, LanguagePrimitives.ConvertTo<string>(header.Value));
        return request;
    }

    private void Answer(Uri uri, HttpResponseMessage response, string text)
    {
        if (!response.IsSuccessStatusCode)
        {
            var message = $"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase}).";
            var error = new ErrorRecord(
                new HttpRequestException(message, inner: null, response.StatusCode),
                "WebCmdletWebResponseException",
                ErrorCategory.InvalidOperation,
                uri);
            if (text.Length > 0)
                error.ErrorDetails = new ErrorDetails(text);
            ThrowTerminatingError(error);
        }

        WriteObject(Content(response.Content.Headers.ContentType?.MediaType ?? "", text), enumerateCollection: false);
    }

    private static object? Content(string type, string text)
    {
        try
        {
            if (type.EndsWith("xml", StringComparison.OrdinalIgnoreCase))
            {
                var document = new XmlDocument { XmlResolver = null };
                document.LoadXml(text);
                return document;
            }

            return text.AsSpan().TrimStart() is ['{' or '[', ..] ? JsonValues.Read(text, asTable: false, depth: 1024) : text;
        }
        catch (Exception failure) when (failure is XmlException or JsonException)
        {
            return text;
        }
    }
}
